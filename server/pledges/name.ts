import { getPublicSuffix, parse } from 'tldts'
import { Refusal } from '../refusal.ts'

const LONGEST = 80
/** Letters of any script, and what stands between them in names; no digits alone, no signs that links are made of. */
const NAME = /^[\p{L}\p{M}][\p{L}\p{M}\p{N} .,'’ʼʻ‘·-]*$/u

/**
 * A name as it may be shown: composed, trimmed, at most 80 characters, nothing that could be a link or hide text.
 * @returns undefined where none was given
 * @throws Refusal `name-too-long`, `name-not-allowed`
 */
export function checkedName(typed: string | undefined): string | undefined {
  const name = (typed ?? '').normalize('NFC').replace(/ +/g, ' ').trim()
  if (name === '') return undefined
  if ([...name].length > LONGEST) throw refuse('name-too-long', `A name has at most ${LONGEST} characters.`)
  if (!NAME.test(name))
    throw refuse('name-not-allowed', 'A name is made of letters; no signs, links or addresses.')
  if (name.split(' ').some(isLink)) throw refuse('name-not-allowed', 'A name cannot hold a link.')
  return name
}

/** First name and initial: "Ada L." */
export function displayName(name: string): string {
  const words = name.split(' ')
  const first = words[0] ?? ''
  const last = words.length > 1 ? words.at(-1) : undefined
  const initial = last && [...last].find((letter) => /\p{L}/u.test(letter))
  return initial ? `${first} ${initial.toLocaleUpperCase('en')}.` : first
}

function isLink(word: string): boolean {
  const { hostname, isIcann } = parse(word.normalize('NFKC'))
  return Boolean(isIcann && hostname && hostname !== getPublicSuffix(hostname))
}

function refuse(code: 'name-too-long' | 'name-not-allowed', detail: string): Refusal {
  return new Refusal(code, detail, { field: 'name' })
}
