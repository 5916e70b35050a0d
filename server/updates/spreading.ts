import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { letterToEach, type ToMany } from '../mail/ledger.ts'
import { holdUpdate, updateLetters, waitingOfUpdate } from '../mail/update-letters.ts'
import { FIRST, pageAfter, type Place } from '../pledges/pages.ts'
import { giveToLate } from './late.ts'
import { type Audience, isReader } from './readers.ts'
import { beginScheduled, updateJob } from './steps.ts'

/** Pledges looked at in one transaction. */
const PAGE = 2_000
/** After so many transactions the job asks for another, so that a worker that is told to stop can. */
const STEPS_IN_A_JOB = 50
/** More letters of one update do not wait at once: pausing and cancelling it stay quick, and the ledger small. */
const MOST_WAITING = 100_000

/**
 * Writes an update's letters, some in each transaction, with the place up to which they are written. Killed between two
 * of them, it goes on from there.
 */
export async function spreadUpdate(deps: Deps, id: number): Promise<void> {
  for (let steps = 0; steps < STEPS_IN_A_JOB; steps += 1) {
    if (!(await transaction(deps.db, (tx) => spreadSome(tx, id, deps.now())))) return
  }
  await addJobs(deps.db, [updateJob(id)])
}

/** @returns whether there is more to do now; what another worker has in hand is left to it */
async function spreadSome(tx: Tx, id: number, now: Date): Promise<boolean> {
  const [row] = await tx
    .select()
    .from(updates)
    .where(and(eq(updates.id, id), eq(updates.state, 'sending'), isNull(updates.spreadAt)))
    .for('update', { skipLocked: true })
  if (!row || (await waitingOfUpdate(tx, id, MOST_WAITING)) >= MOST_WAITING) return false
  const letter = { template: 'update', askedAt: now, update: sql`${id}::int` } as const
  const { written, end } = await spreadNext(tx, row, placeOf(row), letter)
  await tx
    .update(updates)
    .set({
      written: sql`${updates.written} + ${written}`,
      ...placeColumns(end),
      ...(!end && { spreadAt: now }),
    })
    .where(eq(updates.id, id))
  return end !== undefined
}

/** Writes the same letter to the next of an audience. @returns where to go on; undefined after the last ones */
export async function spreadNext(
  tx: Tx,
  audience: Audience,
  from: Place,
  letter: ToMany,
): Promise<{ written: number; end: Place | undefined }> {
  const { isIn, end } = await pageAfter(tx, audience.campaignId, from, PAGE)
  const { rowCount } = await tx.execute(
    letterToEach(
      sql`(
        select campaign_id, email_digest, address_digest, locale from pledges
        where ${isIn} and ${isReader(audience)} order by email_digest, address_digest) as reader`,
      letter,
    ),
  )
  return { written: rowCount ?? 0, end }
}

interface PlaceColumns {
  afterEmail: Buffer | null
  afterAddress: Buffer | null
}

export function placeOf({ afterEmail, afterAddress }: PlaceColumns): Place {
  return afterEmail && afterAddress ? { emailDigest: afterEmail, addressDigest: afterAddress } : FIRST
}

export function placeColumns(place: Place | undefined): Partial<PlaceColumns> {
  return place ? { afterEmail: place.emailDigest, afterAddress: place.addressDigest } : {}
}

/** By the clock: begins what is due, goes on with what is under way, and gives late signers what is current. */
export async function carryUpdatesOn(deps: Deps): Promise<void> {
  await beginScheduled(deps)
  const underWay = await deps.db
    .select({ id: updates.id, state: updates.state })
    .from(updates)
    .where(inArray(updates.state, ['sending', 'paused']))
    .orderBy(updates.id)
  for (const { id, state } of underWay) {
    await holdUpdate(deps.db, id, state === 'paused' ? 'infinity' : deps.now())
    if (state === 'sending') await spreadUpdate(deps, id)
  }
  await endSent(deps)
  await giveToLate(deps)
}

/** What all letters have left of is over, with its figures: the ledger forgets them in a few days. */
async function endSent(deps: Deps): Promise<void> {
  const spread = await deps.db
    .select({ id: updates.id })
    .from(updates)
    .where(and(eq(updates.state, 'sending'), isNotNull(updates.spreadAt)))
  for (const { id } of spread) {
    const { waiting, sent, refused } = (await updateLetters(deps.db, [id])).get(id) ?? NONE
    if (waiting > 0) continue
    await deps.db
      .update(updates)
      .set({ state: 'sent', endedAt: deps.now(), sent, refused })
      .where(and(eq(updates.id, id), eq(updates.state, 'sending')))
  }
}

const NONE = { waiting: 0, sent: 0, refused: 0 }
