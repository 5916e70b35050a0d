import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import { LONGEST_ADDRESS } from '../contract.ts'
import { Refusal } from '../refusal.ts'

/** An address in the one checked form that the validator, the campus match and the mailer all use. */
export interface Address {
  /** Lower case, ASCII: "ada@cc.gatech.edu". What mail is sent to, and what `address_digest` stands for. */
  exact: string
  domain: string
  /** What counts as one mailbox: "ada@gmail.com" for "A.d.a+pledge@googlemail.com". */
  canonical: string
  /** The domain that somebody registered: "gatech.edu". */
  registrableDomain: string
}

const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LOCAL_PART = new RegExp(`^${ATOM}(\\.${ATOM})*$`, 'i')
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const ASCII_DOMAIN = new RegExp(`^(${LABEL}\\.)+(?!\\d+$)${LABEL}$`)
/** They show nothing, and come along when an address is copied. */
const UNSEEN = /[\u00ad\u200b-\u200f\u2060\ufeff]/g
const AROUND = /[\s\p{Cf}]/u
const AFTER = /[\s\p{Cf}.,;]/u
const INTERNATIONAL_DOMAIN = /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}.-]+$/u

/**
 * Checks the shape of an address before anything else looks at it: one `@`, an ASCII dot-atom, a domain.
 * Quotes, comments, lists, line breaks and look-alike characters never pass, because parsers disagree on them. What a
 * copied address brings along is dropped first.
 * @throws Refusal `email-invalid`
 */
export function checkedAddress(typed: string): Address {
  const parts = bareAddress(typed).split('@')
  if (parts.length !== 2) throw invalid('An email address has exactly one @.')
  const [local = '', typedDomain = ''] = parts
  if (local.length > 64 || !LOCAL_PART.test(local))
    throw invalid('The part before the @ is not one we can write to.')
  const domain = asciiDomain(typedDomain)
  if (!domain || local.length + domain.length > 253) throw invalid('The part after the @ is not a domain.')
  const localPart = local.toLowerCase()
  return {
    exact: `${localPart}@${domain}`,
    domain,
    canonical: canonicalEmail(localPart, domain),
    registrableDomain: registrableDomain(domain),
  }
}

/** Without `mailto:`, the brackets of "Ada <ada@example.edu>", unseen characters, and the dot that ended a sentence. */
function bareAddress(typed: string): string {
  if (typed.length > LONGEST_ADDRESS) throw invalid('An email address is shorter.')
  const trimmed = trimmedBy(typed.replace(UNSEEN, ''), AROUND, AFTER)
  const inner = /^[^@<>]*<([^<>]*)>$/.exec(trimmed)?.[1]
  const address = inner === undefined ? trimmed : trimmedBy(inner, AROUND, AROUND)
  return address.replace(/^mailto:/i, '')
}

/** By hand: a pattern that ends in `+$` takes a time that grows with the square of the length. */
function trimmedBy(text: string, before: RegExp, after: RegExp): string {
  let start = 0
  let end = text.length
  while (start < end && before.test(text[start]!)) start += 1
  while (end > start && after.test(text[end - 1]!)) end -= 1
  return text.slice(start, end)
}

/** The exact form of an address that somebody else wrote down; undefined where it is none that we write to. */
export function checkedOrNone(typed: string): string | undefined {
  try {
    return checkedAddress(typed).exact
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** @param domain in its ASCII form */
export function registrableDomain(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: false }) ?? domain
}

/**
 * A domain in its ASCII form (UTS-46), or undefined.
 * One that Unicode would quietly change into another (full-width letters, dots that are none) is not accepted.
 */
export function asciiDomain(typed: string): string | undefined {
  // ASCII is looked for before the case is lowered: the Kelvin sign would become a k.
  const lower = /^[A-Za-z0-9.-]*$/.test(typed) ? typed.toLowerCase() : ''
  const isPlain = ASCII_DOMAIN.test(lower) && !lower.includes('xn--')
  if (isPlain) return lower.length <= 253 ? lower : undefined
  if (!INTERNATIONAL_DOMAIN.test(typed) || typed.normalize('NFKC') !== typed) return undefined
  const ascii = domainToASCII(typed)
  return ASCII_DOMAIN.test(ascii) && ascii.length <= 253 ? ascii : undefined
}

/** The part after `+` goes; dots go for Gmail alone, since elsewhere they tell mailboxes apart. */
function canonicalEmail(local: string, domain: string): string {
  const isGmail = domain === 'gmail.com' || domain === 'googlemail.com'
  const untagged = local.replace(/\+.*$/, '') || local
  return isGmail ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${domain}`
}

function invalid(detail: string): Refusal {
  return new Refusal('email-invalid', detail, { field: 'email' })
}
