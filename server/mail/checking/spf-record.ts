import { isIP } from 'node:net'

const mechanisms = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const
type Mechanism = (typeof mechanisms)[number]

export interface SpfTerm {
  qualifier: string
  mechanism: Mechanism
  /** As it stands there; `a` and `mx` may have none, and mean the record's own domain. */
  domain?: string
}

export interface SpfRecord {
  /** Up to `all`: what follows it is never read. */
  terms: SpfTerm[]
  /** Undefined also where an `all` makes it void. */
  redirect?: string
  /** Terms that make receivers throw the record away. */
  broken: string[]
}

export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text)
}

/** Qualifier, name, value, and the sizes of IPv4 and IPv6 networks. A macro (`%{…}`) may hold a slash. */
const term = /^([+?~-]?)([a-z0-9]+)(?::((?:%\{[^}]*\}|[^/%]|%[%_-])*))?(?:\/(\d{1,3}))?(?:\/\/(\d{1,3}))?$/i

/** Reads a record as RFC 7208 does. */
export function readSpf(text: string): SpfRecord {
  const record: SpfRecord = { terms: [], broken: [] }
  const [, ...words] = text.split(' ').filter(Boolean)
  for (const word of words) {
    if (/^[a-z][\w.-]*=/i.test(word)) readModifier(word, record)
    else readMechanism(word, record)
  }
  const end = record.terms.findIndex(({ mechanism }) => mechanism === 'all')
  if (end < 0) return record
  return { terms: record.terms.slice(0, end + 1), broken: record.broken }
}

/** Macros are filled in by the receiver, for each letter: there is nothing to look up here. */
export function hasMacro(domain: string): boolean {
  return domain.includes('%')
}

/** Unknown modifiers are no fault: receivers overlook them. */
function readModifier(word: string, record: SpfRecord): void {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(word) ?? []
  if (name.toLowerCase() !== 'redirect') return
  if (record.redirect !== undefined || !isDomain(value)) record.broken.push(word)
  else record.redirect = value
}

function readMechanism(word: string, record: SpfRecord): void {
  const parts = term.exec(word)
  const [, qualifier = '', name = '', value, size] = parts ?? []
  const mechanism = mechanisms.find((one) => one === name.toLowerCase())
  if (!mechanism || !isWhole(mechanism, value, size)) record.broken.push(word)
  else record.terms.push({ qualifier: qualifier || '+', mechanism, ...(value && { domain: value }) })
}

function isWhole(mechanism: Mechanism, value: string | undefined, size: string | undefined): boolean {
  switch (mechanism) {
    case 'all':
      return value === undefined && size === undefined
    case 'ip4':
      return isIP(value ?? '') === 4 && Number(size ?? 0) <= 32
    case 'ip6':
      return isIP(value ?? '') === 6 && Number(size ?? 0) <= 128
    case 'include':
    case 'exists':
      return value !== undefined && size === undefined && isDomain(value)
    case 'a':
    case 'mx':
    case 'ptr':
      return value === undefined || isDomain(value)
    default:
      return mechanism satisfies never
  }
}

function isDomain(value: string): boolean {
  return hasMacro(value) ? /^[!-~]+$/.test(value) : /^[\w-]+(?:\.[\w-]+)*\.?$/.test(value)
}
