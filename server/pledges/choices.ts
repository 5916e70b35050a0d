import type { Affiliation } from '../campaigns/contract.ts'
import type { Keys } from '../keys.ts'
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
}

export const CHOICES_BYTES = 8

/** Whoever ticked nothing has nothing that a link of another signing could turn on. */
const NOTHING_TICKED = Buffer.alloc(CHOICES_BYTES)

/**
 * Names a set of choices, and tells nothing of them without the server key.
 * The confirmation email repeats the choices in words, and its link and code carry this name: if somebody signs the
 * same address again with other choices, what the first email confirms is the pledge alone.
 */
export function choicesHash(keys: Keys, key: PledgeKey, choices: Choices): Buffer {
  const { name, campusId, affiliation, listsName, wantsUpdates, clauses } = choices
  if (!listsName && !wantsUpdates && clauses.length === 0) return NOTHING_TICKED
  const said = JSON.stringify([
    name ?? null,
    campusId ?? null,
    affiliation ?? null,
    listsName,
    wantsUpdates,
    ...clauses,
  ])
  return keys.mac('choices', Buffer.concat([keyBytes(key), Buffer.from(said)])).subarray(0, CHOICES_BYTES)
}
