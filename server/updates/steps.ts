import { and, eq, ne, sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { dropUpdate, holdUpdate } from '../mail/update-letters.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import type { Update, UpdateSchedule } from './contract.ts'
import { lockUpdate, note, requireAsRead } from './drafts.ts'
import { countReaders, hasAudience, requireAudience } from './readers.ts'
import { showUpdate, type UpdateRow } from './showing.ts'
import { checkedWords } from './wording.ts'

/*
 * The states of an update and every step between them:
 *
 *   draft → scheduled → sending → sent
 *   scheduled → draft            it is taken back
 *   draft → sending              at once
 *   sending → paused → sending
 *   scheduled | sending | paused → cancelled
 */

/** Readers who get more than this stop reading, or say it is spam. */
const MOST_A_DAY = 2
const DAY_MS = 86_400_000
const LATEST_MS = 90 * DAY_MS

/** Begins to send what was read at this revision. @throws Refusal `changed-meanwhile`, `wrong-stage`, `setting-invalid`, `nothing-matches`, `too-few`, `too-many-updates` */
export async function sendUpdate(
  deps: Deps,
  by: CampaignMember,
  id: number,
  revision: number,
): Promise<Update> {
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    const row = await readyToGo(deps, tx, by, { id, revision, at })
    const found = await begin(tx, row, at)
    requireAudience(found, row, by.campaign)
    if (found === 0) {
      throw new Refusal('nothing-matches', 'Nobody would get it: no signer there asked to be written to.')
    }
    await note(tx, at, by, 'update.send', { update: id, found })
  })
  return await showUpdate(deps, by.campaign, id)
}

/** @throws Refusal what `sendUpdate` throws but for `nothing-matches`, and `setting-invalid` for a time that is over or far away */
export async function scheduleUpdate(
  deps: Deps,
  by: CampaignMember,
  id: number,
  { revision, at }: UpdateSchedule,
): Promise<Update> {
  const scheduledAt = new Date(at)
  const inMs = scheduledAt.getTime() - deps.now().getTime()
  if (!(inMs > 0))
    throw new Refusal('setting-invalid', 'That time is over. Choose a later one.', { field: 'at' })
  if (inMs > LATEST_MS) {
    throw new Refusal('setting-invalid', 'Choose a time within the next 90 days.', { field: 'at' })
  }
  await transaction(deps.db, async (tx) => {
    const { words, ...row } = await readyToGo(deps, tx, by, { id, revision, at: scheduledAt })
    requireAudience(await countReaders(tx, row), row, by.campaign)
    await step(tx, id, { state: 'scheduled', scheduledAt, words })
    await note(tx, deps.now(), by, 'update.schedule', { update: id, for: scheduledAt.toISOString() })
  })
  return await showUpdate(deps, by.campaign, id)
}

interface Going {
  id: number
  revision: number
  at: Date
}

/** A draft that may go out then, with the words it goes out with. */
async function readyToGo(
  deps: Deps,
  tx: Tx,
  by: CampaignMember,
  { id, revision, at }: Going,
): Promise<UpdateRow> {
  const { campaign } = by
  if (campaign.state === 'draft') {
    throw new Refusal('wrong-stage', 'Nobody has signed yet: open the campaign first.')
  }
  // One at a time for each campaign, so that two that are sent at once are counted one after the other.
  await tx.execute(sql`select from campaigns where id = ${campaign.id} for no key update`)
  const row = await lockUpdate(tx, by, id)
  if (row.state !== 'draft') throw new Refusal('wrong-stage', 'It was sent or scheduled already.')
  await requireAsRead(deps, row, by, revision)
  await requireRoom(tx, row, at)
  return { ...row, words: checkedWords(row.words, campaign.locales) }
}

/** @throws Refusal `too-many-updates` */
async function requireRoom(tx: Tx, { id, campaignId }: UpdateRow, at: Date): Promise<void> {
  const begins = sql`coalesce(${updates.startedAt}, case when ${updates.state} = 'scheduled' then ${updates.scheduledAt} end)`
  const [around] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(updates)
    .where(
      and(
        eq(updates.campaignId, campaignId),
        ne(updates.id, id),
        sql`abs(extract(epoch from ${begins} - ${at.toISOString()}::timestamptz)) < ${DAY_MS / 1_000}`,
      ),
    )
  if ((around?.count ?? 0) < MOST_A_DAY) return
  throw new Refusal(
    'too-many-updates',
    `A campaign sends at most ${MOST_A_DAY} updates within 24 hours, so that readers stay. Schedule this one for later.`,
  )
}

/** From now on it is spread to whoever is, or becomes, one of its readers. @returns how many there are now */
export async function begin(
  tx: Tx,
  row: Pick<UpdateRow, 'id' | 'campaignId' | 'campuses' | 'words'>,
  at: Date,
) {
  const found = await countReaders(tx, row)
  await step(tx, row.id, { state: 'sending', startedAt: at, lateUntil: at, found, words: row.words })
  await addJobs(tx, [updateJob(row.id)])
  return found
}

export function updateJob(update: number) {
  return { task: 'update', key: `update ${update}`, payload: { update } }
}

async function step(tx: Tx, id: number, to: Partial<UpdateRow>): Promise<void> {
  await tx
    .update(updates)
    .set({ ...to, revision: sql`${updates.revision} + 1` })
    .where(eq(updates.id, id))
}

/** Takes it back to its draft. @throws Refusal `wrong-stage` */
export async function unscheduleUpdate(deps: Deps, by: CampaignMember, id: number): Promise<Update> {
  return await stepFrom(deps, by, id, {
    leaves: ['scheduled'],
    refused: 'It is not scheduled any more.',
    async take(tx, at) {
      await step(tx, id, { state: 'draft', scheduledAt: null })
      await note(tx, at, by, 'update.unschedule', { update: id })
    },
  })
}

/** Nothing of it goes out but what is in the hands of the mail server. @throws Refusal `wrong-stage` */
export async function pauseUpdate(deps: Deps, by: CampaignMember, id: number): Promise<Update> {
  await stepFrom(deps, by, id, {
    leaves: ['sending'],
    refused: 'Only an update that is being sent can be paused.',
    async take(tx, at) {
      await step(tx, id, { state: 'paused', pausedAt: at })
      await holdUpdate(tx, id, 'infinity')
      await note(tx, at, by, 'update.pause', { update: id })
    },
  })
  // What somebody was claiming while it was paused; the clock does it once more.
  await holdUpdate(deps.db, id, 'infinity')
  return await showUpdate(deps, by.campaign, id)
}

/**
 * However long ago it was paused: what waits stands in the ledger, and what went is behind the place up to which it was
 * spread. @throws Refusal `wrong-stage`
 */
export async function resumeUpdate(deps: Deps, by: CampaignMember, id: number): Promise<Update> {
  return await stepFrom(deps, by, id, {
    leaves: ['paused'],
    refused: 'It is not paused.',
    async take(tx, at) {
      await step(tx, id, { state: 'sending', pausedAt: null })
      await holdUpdate(tx, id, at)
      await addJobs(tx, [updateJob(id)])
      await note(tx, at, by, 'update.resume', { update: id })
    },
  })
}

/** For good; what has gone is gone. @throws Refusal `wrong-stage` */
export async function cancelUpdate(deps: Deps, by: CampaignMember, id: number): Promise<Update> {
  return await stepFrom(deps, by, id, {
    leaves: ['scheduled', 'sending', 'paused'],
    refused: 'It has been sent already, or cancelled.',
    async take(tx, at) {
      await step(tx, id, { state: 'cancelled', endedAt: at })
      await dropUpdate(tx, id)
      await note(tx, at, by, 'update.cancel', { update: id })
    },
  })
}

interface StepFrom {
  leaves: UpdateRow['state'][]
  refused: string
  take(tx: Tx, at: Date): Promise<void>
}

/** No revision is asked for: stopping must not fail because somebody else was quicker. */
async function stepFrom(
  deps: Deps,
  by: CampaignMember,
  id: number,
  { leaves, refused, take }: StepFrom,
): Promise<Update> {
  await transaction(deps.db, async (tx) => {
    const row = await lockUpdate(tx, by, id)
    if (!leaves.includes(row.state)) throw new Refusal('wrong-stage', refused)
    await take(tx, deps.now())
  })
  return await showUpdate(deps, by.campaign, id)
}

/** By the clock: begins what is due. One whose readers became too few meanwhile is a draft again. */
export async function beginScheduled(deps: Deps): Promise<void> {
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    const due = await tx
      .select()
      .from(updates)
      .where(
        and(eq(updates.state, 'scheduled'), sql`${updates.scheduledAt} <= ${at.toISOString()}::timestamptz`),
      )
      .orderBy(updates.id)
      .for('update', { skipLocked: true })
    for (const row of due) {
      const campaign = await deps.campaigns.byId(row.campaignId)
      if (!campaign) continue
      if (!hasAudience(await countReaders(tx, row), row, campaign)) {
        await step(tx, row.id, { state: 'draft', scheduledAt: null })
        await note(tx, at, null, 'update.unschedule', { update: row.id, campaignId: row.campaignId })
        continue
      }
      const found = await begin(tx, row, at)
      await note(tx, at, null, 'update.send', { update: row.id, campaignId: row.campaignId, found })
    }
  })
}
