import type { Affiliation } from '../campaigns/contract.ts'
import type { TextName } from '../campaigns/texts.ts'
import type { Keys } from '../keys.ts'
import type { NamedKey } from './contact.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'

/** What a signer chose on the form, besides signing. */
export interface Choices {
  name: string | undefined
  campusId: number | undefined
  affiliation: Affiliation | undefined
  listsName: boolean
  wantsUpdates: boolean
  /** What is promised on top of the pledge: ids in their order. */
  clauses: number[]
  /** With whom her contact is to be shared, and by which key, in the order of their ids. */
  shareWith: NamedKey[]
}

const TEXT_BYTES = 4
const TICKS_BYTES = 4
export const CHOICES_BYTES = TEXT_BYTES + TICKS_BYTES

/** Whoever ticked nothing has nothing that a link of another signing could turn on. */
const NOTHING_TICKED = Buffer.alloc(TICKS_BYTES)

export interface NamedText extends TextName {
  campaignId: number
}

/** What a confirmation email repeats in words. */
interface Listed {
  choices: Choices
  text: NamedText
}

/**
 * Names a wording and a set of choices, and tells nothing of them without the server key.
 * The confirmation email repeats both in words, and its link and code carry this name: if somebody signs the same
 * address again, what the first email confirms is the wording that it showed, and the other choices are not kept.
 */
export function choicesHash(keys: Keys, key: PledgeKey, { choices, text }: Listed): Buffer {
  return Buffer.concat([textMark(keys, text), ticksMark(keys, key, choices)])
}

/** Which of these wordings an email showed; undefined for emails from before wordings were named in them. */
export function textShown(keys: Keys, hash: Buffer, texts: NamedText[]): NamedText | undefined {
  return texts.find((text) => isOfText(hash, textMark(keys, text)))
}

export function listsNothing(choices: Buffer): boolean {
  return choices.subarray(TEXT_BYTES).equals(NOTHING_TICKED)
}

export function hasSameTicks(one: Buffer, other: Buffer): boolean {
  return one.subarray(TEXT_BYTES).equals(other.subarray(TEXT_BYTES))
}

export function showsSameText(one: Buffer, other: Buffer): boolean {
  return isOfText(one, other.subarray(0, TEXT_BYTES))
}

function isOfText(hash: Buffer, mark: Buffer): boolean {
  return hash.subarray(0, TEXT_BYTES).equals(mark)
}

/** Remembered, since each signature would pay for it again; of all that were ever published there are few. */
const knownMarks = new WeakMap<Keys, Map<string, Buffer>>()

function textMark(keys: Keys, { campaignId, locale, version }: NamedText): Buffer {
  const said = JSON.stringify([campaignId, locale, version])
  const known = knownMarks.get(keys) ?? new Map<string, Buffer>()
  const mark = known.get(said) ?? keys.mac('text', Buffer.from(said)).subarray(0, TEXT_BYTES)
  knownMarks.set(keys, known.set(said, mark))
  return mark
}

function ticksMark(keys: Keys, key: PledgeKey, choices: Choices): Buffer {
  const { name, campusId, affiliation, listsName, wantsUpdates, clauses, shareWith } = choices
  if (!listsName && !wantsUpdates && clauses.length + shareWith.length === 0) return NOTHING_TICKED
  const said = JSON.stringify([
    name ?? null,
    campusId ?? null,
    affiliation ?? null,
    listsName,
    wantsUpdates,
    ...clauses,
    ...shareWith.map(({ organization, key: fingerprint }) => `${organization} ${fingerprint}`),
  ])
  return keys.mac('choices', Buffer.concat([keyBytes(key), Buffer.from(said)])).subarray(0, TICKS_BYTES)
}
