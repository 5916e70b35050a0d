import { getPublicSuffix, parse } from 'tldts'
import { listedName } from '../../text/listed-name.ts'
import { Refusal } from '../refusal.ts'

export { listedName }

const LONGEST = 80
/** No sign that a formula, a link or an address starts with. */
const FIRST = /[\p{L}'’‘´`]/u
/** Letters of any script, and what stands between them in names. */
const WITHIN = /[\p{L}\p{M}\p{N} .,'’‘´`()\-‐‑–・･·‧•\u200c\u200d]/u
/** They show nothing, and come along when a name is pasted. */
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]/g
/** Initials before a family name, some of which are top-level domains: "J.Kim". */
const INITIALS = /^(?:\p{L}\.)+\p{L}+$/u
const SHORTENER = /^\p{L}\.(?:com|net|org|co|me|io)$/iu

/**
 * A name as it may be shared: composed, trimmed, at most 80 characters, nothing that could be a link or hide text.
 * @returns undefined where none was given
 * @throws Refusal `name-too-long`; `name-not-allowed` with the sign that is not
 */
export function checkedName(typed: string | undefined): string | undefined {
  const name = (typed ?? '')
    .replace(UNSEEN, '')
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .trim()
  if (name === '') return undefined
  const signs = [...name]
  if (signs.length > LONGEST)
    throw new Refusal('name-too-long', `A name has at most ${LONGEST} characters.`, { field: 'name' })
  const sign = signs.find((one, at) => !(at === 0 ? FIRST : WITHIN).test(one))
  if (sign) throw notAllowed(sign, 'A name is made of letters.')
  if (name.split(' ').some(isLink)) throw notAllowed('.', 'A name cannot hold a link.')
  return name
}

/** @throws Refusal `name-missing` where nothing is left to list */
export function requireListedName(name: string | undefined): string {
  const listed = listedName(name ?? '')
  if (listed) return listed
  throw new Refusal('name-missing', 'To be listed, type your name.', { field: 'name' })
}

function isLink(word: string): boolean {
  if (INITIALS.test(word) && !SHORTENER.test(word)) return false
  const { hostname, isIcann } = parse(word.normalize('NFKC'))
  return Boolean(isIcann && hostname && hostname !== getPublicSuffix(hostname))
}

function notAllowed(sign: string, why: string): Refusal {
  const shown = shownSign(sign)
  return new Refusal('name-not-allowed', `${why} Leave out “${shown}”.`, { field: 'name', sign: shown })
}

/** Its number where it cannot be seen: "U+0007". */
function shownSign(sign: string): string {
  if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(sign)) return sign
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
