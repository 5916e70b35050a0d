import { fold } from '../campuses/fold.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'

/** Fewer letters would match nearly everybody. */
const FEWEST_LETTERS = 2

/**
 * Judges names by a pattern: a part of the name, or with `*` the whole of it. Case, accents and signs do not matter.
 * @throws Refusal `rule-empty`
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map(fold)
  if (parts.join('').length < FEWEST_LETTERS) {
    throw new Refusal('rule-empty', 'Type at least two letters of the name.', { field: 'name' })
  }
  if (parts.length === 1) return (name) => fold(name).includes(parts[0] ?? '')
  return (name) => isMadeOf(fold(name), parts)
}

/** Looks for the parts in their order, each where it comes first: the time is that of reading the name. */
function isMadeOf(name: string, parts: string[]): boolean {
  const last = parts.at(-1) ?? ''
  let at = 0
  for (const [place, part] of parts.entries()) {
    const found = place === 0 ? (name.startsWith(part) ? 0 : -1) : name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return name.endsWith(last)
}

/** A pattern is the name of somebody: while the rule is being applied it waits sealed, and then it is gone. */
export function sealPattern(keys: Keys, campaignId: number, pattern: string): string {
  return keys.seal('search', Buffer.from(pattern), context(campaignId)).toString('base64')
}

export function openPattern(keys: Keys, campaignId: number, sealed: string): string {
  return keys.open('search', Buffer.from(sealed, 'base64'), context(campaignId)).toString()
}

function context(campaignId: number): Buffer {
  return Buffer.from(`name pattern ${campaignId}`)
}
