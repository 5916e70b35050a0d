/**
 * The states of a pledge and every step between them; a statement that takes a step names the states it leaves.
 *
 *   (new) → pending → confirmed → withdrawn
 *   withdrawn → pending           she signs again
 *   pending, confirmed → excluded  an organizer's rule; and back, by undo
 *   excluded → withdrawn           she takes it back and sees nothing different
 */
export type PledgeState = 'pending' | 'confirmed' | 'withdrawn' | 'excluded'

/** The states each step leaves. */
export const leaves = {
  signing: ['pending', 'withdrawn'],
  confirmation: ['pending'],
  withdrawal: ['confirmed', 'excluded'],
} as const satisfies Record<string, readonly PledgeState[]>

/** Holds the mailbox's one place in the campaign: the same states as the index `pledges_one_counted_key`. */
export function holdsPlace(state: PledgeState): boolean {
  return state === 'confirmed' || state === 'excluded'
}
