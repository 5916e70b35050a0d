/**
 * The states of a pledge and every step between them; a statement that takes a step names the states it leaves.
 *
 *   (new) → pending → confirmed → withdrawn
 *   withdrawn → pending           she signs again
 *   confirmed → excluded → confirmed  an organizer's rule, and its undo
 *   pending → excluded            she confirms, and a rule holds her mailbox
 *   excluded → withdrawn          she takes it back and sees nothing different
 *
 * A hold takes out like a rule, but begins by itself, and at confirmation too (decision 0044).
 *
 * A rule that takes out a pending pledge leaves it pending, held by `exclusion_id`: to its signer everything stays as it
 * was, and its confirmation leads to excluded. It holds the mailbox until undo, also where she takes it back and signs
 * again.
 */
export type PledgeState = 'pending' | 'confirmed' | 'withdrawn' | 'excluded'

/** The states each step leaves. */
export const leaves = {
  signing: ['pending', 'withdrawn'],
  confirmation: ['pending'],
  withdrawal: ['confirmed', 'excluded'],
  exclusion: ['pending', 'confirmed'],
  undo: ['excluded'],
} as const satisfies Record<string, readonly PledgeState[]>

/** Holds the mailbox's one place in the campaign: the same states as the index `pledges_one_counted_key`. */
export function holdsPlace(state: PledgeState): boolean {
  return state === 'confirmed' || state === 'excluded'
}
