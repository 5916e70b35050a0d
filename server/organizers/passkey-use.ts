import { and, eq, lt, or } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import { passkeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Actor } from './actor.ts'
import { keepChallenge, takeChallenge } from './challenges.ts'
import type { UsedPasskey } from './contract.ts'
import { endResetOf } from './passkey-resets.ts'
import { challengeToUse, type PasskeyRow, provenUse } from './passkey-proof.ts'
import { passkeysOf } from './passkeys.ts'
import { renewSession, tokenHash } from './sessions.ts'

/** Begins to sign in by whichever passkey the browser has for us: nothing is typed, so nothing is told. */
export async function beginSignIn(deps: Deps, browser: string) {
  const options = await challengeToUse(deps)
  await keepChallenge(deps, options.challenge, { purpose: 'sign-in', browserHash: tokenHash(browser) })
  return options
}

/** Begins to use a passkey once more. @throws Refusal `passkey-missing` */
export async function beginUse(deps: Deps, { organizerId, session }: Actor) {
  const known = await passkeysOf(deps.db, organizerId)
  if (known.length === 0) throw new Refusal('passkey-missing', 'Add a passkey first, under "Your account".')
  const options = await challengeToUse(deps, known)
  await keepChallenge(deps, options.challenge, { purpose: 'confirm', browserHash: session.tokenHash })
  return options
}

/**
 * An organizer shows that it is she: for ten minutes exports, deletions, roles and keys are open to her.
 * @returns the session's new token
 * @throws Refusal `passkey-refused`, `passkey-waits`
 */
export async function usePasskey(deps: Deps, actor: Actor, used: UsedPasskey): Promise<string> {
  const { organizerId, session } = actor
  const of = { purpose: 'confirm' as const, browserHash: session.tokenHash }
  const proof = await proofOf(deps, used, of)
  if (proof.passkey.organizerId !== organizerId) throw anotherPersons()
  requireCounts(proof)
  return await transaction(deps.db, async (tx) => {
    await notePasskeyUse(tx, proof)
    await endResetOf(tx, actor, proof.at)
    return await renewSession(tx, session.id, { now: proof.at, isFresh: true })
  })
}

/** A passkey that was used, with what its counter says now. */
export interface PasskeyUse {
  passkey: PasskeyRow
  counter: number
  at: Date
}

/** Whether it may do more than sign in: the first passkey of an older account waits. */
export function counts({ passkey, at }: Pick<PasskeyUse, 'passkey' | 'at'>): boolean {
  return passkey.countsFrom <= at
}

function requireCounts(use: PasskeyUse): void {
  if (counts(use)) return
  const detail =
    'Your first passkey waits for 72 hours, so that you and your owners can say no. Until then it signs you in, and nothing more.'
  throw new Refusal('passkey-waits', detail)
}

/** @throws Refusal `passkey-refused` */
export async function proofOf(
  deps: Deps,
  used: UsedPasskey,
  of: { purpose: 'sign-in' | 'confirm'; browserHash: Buffer },
): Promise<PasskeyUse> {
  const expectedChallenge = await takeChallenge(deps, used.response.clientDataJSON, of)
  const [passkey] = await deps.db.select().from(passkeys).where(eq(passkeys.credentialId, used.id))
  const { counter } = await provenUse(deps, used, { passkey, expectedChallenge })
  return { passkey: passkey as PasskeyRow, counter, at: deps.now() }
}

/** The counter only ever rises, where a device counts at all: a copy of a passkey falls behind. */
export async function notePasskeyUse(tx: Tx, { passkey, counter, at }: PasskeyUse): Promise<void> {
  const rises = or(lt(passkeys.counter, counter), and(eq(passkeys.counter, 0), eq(passkeys.counter, counter)))
  const noted = await tx
    .update(passkeys)
    .set({ counter, usedAt: at })
    .where(and(eq(passkeys.credentialId, passkey.credentialId), rises))
    .returning({ id: passkeys.credentialId })
  if (noted.length === 0)
    throw new Refusal('passkey-refused', 'That passkey was removed, or used elsewhere just now.')
}

function anotherPersons(): Refusal {
  return new Refusal('passkey-refused', 'That passkey belongs to another account. Use one of yours.')
}
