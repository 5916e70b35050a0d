import { getDomain } from 'tldts'

/** What somebody registered: `example.org` for `mail.example.org`. Undefined for a public suffix and for `localhost`. */
export function organizationalDomain(host: string): string | undefined {
  return getDomain(host, { allowPrivateDomains: true }) ?? undefined
}

export function isSameOrganization(one: string, other: string): boolean {
  return one === other || organizationalDomain(one) === (organizationalDomain(other) ?? '')
}
