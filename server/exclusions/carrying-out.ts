import { eq, inArray, sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { exclusions } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { excludeNext, giveBackNext, type Meant } from '../pledges/excluding.ts'
import { type ExclusionRow, exclusionJob, type StoredRule, withoutName } from './exclusion.ts'
import { meantBy } from './meant.ts'
import { openPattern } from './name-patterns.ts'

/** Pledges in one transaction: the signers among them, and their campuses' tallies, are locked no longer than that takes. */
const AT_ONCE = 1_000
/** After so many transactions the job asks for another, so that a worker that is told to stop can. */
const STEPS_IN_A_JOB = 50

type Place = Awaited<ReturnType<typeof excludeNext>>['last']

/**
 * Moves what an exclusion still has to move, so many in each transaction, with their tallies and the figure that the
 * progress bar shows. Killed between two of them, it goes on from there: what was moved is not found again.
 */
export async function carryOut(deps: Deps, id: number): Promise<void> {
  const meant = await meantByExclusion(deps, id)
  let place: Place
  for (let steps = 0; steps < STEPS_IN_A_JOB; steps += 1) {
    const step = await transaction(deps.db, (tx) => stepOf(deps, tx, { id, meant, place }))
    if (!step.goesOn) return
    place = step.place
  }
  await addJobs(deps.db, [exclusionJob(id)])
}

/** By the clock: whatever a killed worker left half done. One that is being worked on is left to whoever does. */
export async function carryOutUnfinished(deps: Deps): Promise<void> {
  await undoAgain(deps)
  const unfinished = await deps.db
    .select({ id: exclusions.id })
    .from(exclusions)
    .where(inArray(exclusions.state, ['applying', 'undoing']))
    .orderBy(exclusions.id)
  for (const { id } of unfinished) await carryOut(deps, id)
}

/** Whoever confirmed at the very moment when a hold was undone is still held by it. */
async function undoAgain({ db }: Deps): Promise<void> {
  await db.execute(sql`
    update exclusions hold set state = 'undoing', ended_at = null
    where state = 'undone' and reason is not null
      and exists (select from pledges where pledges.exclusion_id = hold.id)`)
}

/** What is to be taken out; undefined where nothing is. */
async function meantByExclusion(deps: Deps, id: number): Promise<Meant | undefined> {
  const [row] = await deps.db.select().from(exclusions).where(eq(exclusions.id, id))
  const campaign = row?.state === 'applying' && (await deps.campaigns.byId(row.campaignId))
  if (!row || !campaign) return undefined
  const { before, hasName: _, sealedName, ...criteria } = row.rule as StoredRule
  const name = sealedName && openPattern(deps.keys, campaign.id, sealedName)
  return meantBy(deps, campaign, { ...criteria, ...(name && { name }) }, new Date(before))
}

interface Work {
  id: number
  meant: Meant | undefined
  place: Place
}

interface Step {
  goesOn: boolean
  place?: Place
}

async function stepOf(deps: Deps, tx: Tx, { id, meant, place }: Work): Promise<Step> {
  const [row] = await tx
    .select()
    .from(exclusions)
    .where(eq(exclusions.id, id))
    .for('update', { skipLocked: true })
  if (row?.state === 'applying' && meant) return await applyStep(deps, tx, row, meant, place)
  if (row?.state === 'undoing') return await undoStep(deps, tx, row, place)
  return { goesOn: false }
}

async function applyStep(deps: Deps, tx: Tx, row: ExclusionRow, meant: Meant, after: Place): Promise<Step> {
  const page = { after, limit: AT_ONCE }
  const { moved, last } = await excludeNext(tx, deps.keys, { ...meant, exclusionId: row.id }, page)
  await noteMoved(tx, row, moved, last ? undefined : 'applied', deps.now())
  return { goesOn: last !== undefined, place: last }
}

async function undoStep(deps: Deps, tx: Tx, row: ExclusionRow, after: Place): Promise<Step> {
  const held = { campaignId: row.campaignId, exclusionId: row.id }
  const { moved, last } = await giveBackNext(tx, held, { after, limit: AT_ONCE })
  await noteMoved(tx, row, moved, last ? undefined : 'undone', deps.now())
  return { goesOn: last !== undefined, place: last }
}

async function noteMoved(
  tx: Tx,
  row: Pick<ExclusionRow, 'id' | 'rule'>,
  moved: number,
  ended: 'applied' | 'undone' | undefined,
  now: Date,
): Promise<void> {
  await tx
    .update(exclusions)
    .set({
      moved: sql`${exclusions.moved} + ${moved}`,
      ...(ended && { state: ended, endedAt: now, rule: withoutName(row) }),
    })
    .where(eq(exclusions.id, row.id))
}
