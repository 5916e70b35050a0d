import { tagsOf } from './tags.ts'

const policies = ['none', 'quarantine', 'reject'] as const
export type Policy = (typeof policies)[number]

export interface DmarcRecord {
  /** Undefined where it is missing: RFC 9989 takes it for "none", receivers of before overlook the record. */
  policy?: Policy | undefined
  /** For sub-domains without a record of their own. */
  ofSubdomains?: Policy | undefined
  /** Whether the domain that signs, or that bounces go to, must be exactly the one in From. */
  isStrict: { dkim: boolean; spf: boolean }
  /** Hosts of the mailboxes that daily reports go to. */
  reportHosts: string[]
  /** Tags that receivers cannot make sense of. */
  broken: string[]
}

export function isDmarc(text: string): boolean {
  return /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text)
}

export function readDmarc(text: string): DmarcRecord {
  const tags = tagsOf(text)
  const reports = (tags.get('rua') ?? '').split(',').filter((uri) => uri.trim() !== '')
  const hosts = reports.map(hostOf)
  const isBroken = {
    p: tags.has('p') && !policyOf(tags.get('p')),
    sp: tags.has('sp') && !policyOf(tags.get('sp')),
    adkim: !['r', 's'].includes(lower(tags.get('adkim') ?? 'r')),
    aspf: !['r', 's'].includes(lower(tags.get('aspf') ?? 'r')),
    rua: hosts.includes(undefined),
  }
  return {
    policy: policyOf(tags.get('p')),
    ofSubdomains: policyOf(tags.get('sp')),
    isStrict: { dkim: lower(tags.get('adkim') ?? '') === 's', spf: lower(tags.get('aspf') ?? '') === 's' },
    reportHosts: hosts.filter((host) => host !== undefined),
    broken: Object.entries(isBroken).flatMap(([tag, is]) => (is ? [`${tag}=${tags.get(tag) ?? ''}`] : [])),
  }
}

function policyOf(value: string | undefined): Policy | undefined {
  return policies.find((policy) => policy === lower(value ?? ''))
}

/** `mailto:dmarc@example.org`, and, of old, a size behind it: `!10m`. */
function hostOf(uri: string): string | undefined {
  return /^mailto:[^@\s!]+@([a-z0-9.-]+)(?:!\d+[kmgt]?)?$/i.exec(uri.trim())?.[1]?.toLowerCase()
}

function lower(value: string): string {
  return value.toLowerCase()
}
