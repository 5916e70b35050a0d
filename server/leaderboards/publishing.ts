import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { type Db, type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { campaignCampuses, campaigns, campuses, leaderboards, NO_CAMPUS, tallies } from '../db/schema.ts'
import { isOn } from '../switches/switches.ts'
import type { Leaderboard } from './contract.ts'
import { type Counted, type Frame, publicFrame } from './leaderboard.ts'
import { type Step, stepBetween } from './steps.ts'

/** A published leaderboard, and its JSON written out once for all who ask. */
export interface Published {
  leaderboard: Leaderboard
  json: string
  etag: string
}

type Row = typeof leaderboards.$inferSelect

/**
 * Computes a campaign's leaderboard and publishes it where it differs from the last one.
 * The row is locked first, so that of two processes the later one publishes the later counts.
 */
export async function publishLeaderboard(db: Db, campaignId: number, now: Date): Promise<Published> {
  return await transaction(db, async (tx) => {
    await tx.execute(sql`
      insert into leaderboards (campaign_id, version, frame, published_at)
      values (${campaignId}, 0, '{}', ${now.toISOString()}) on conflict do nothing`)
    const [last] = await tx
      .select()
      .from(leaderboards)
      .where(eq(leaderboards.campaignId, campaignId))
      .for('update')
    if (!last) throw new Error(`campaign ${campaignId} has no leaderboard`)
    if (last.version > 0 && (await isFrozen(tx, campaignId))) return published(last)
    const step = stepBetween(last.steppedAt, now)
    const frame = await currentFrame(tx, last, step)
    const isNews = last.version === 0 || !isSame(last.frame as Frame, frame)
    if (!isNews && step === 'none') return published(last)
    const [next] = await tx
      .update(leaderboards)
      .set({
        ...(isNews && { version: last.version + 1, frame, publishedAt: now }),
        ...(step !== 'none' && { steppedAt: now }),
      })
      .where(eq(leaderboards.campaignId, campaignId))
      .returning()
    if (isNews) await tx.execute(sql`select pg_notify('leaderboard', ${`${campaignId} ${last.version + 1}`})`)
    return published(next ?? last)
  })
}

/** The leaderboard as last published; undefined before the first time. */
export async function readPublished(db: DbOrTx, campaignId: number): Promise<Published | undefined> {
  const [row] = await db.select().from(leaderboards).where(eq(leaderboards.campaignId, campaignId))
  return row && row.version > 0 ? published(row) : undefined
}

function published({ version, frame, publishedAt }: Row): Published {
  const leaderboard = { version, ...(frame as Frame), at: publishedAt.toISOString() }
  const json = JSON.stringify(leaderboard)
  const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`
  return { leaderboard, json, etag }
}

async function isFrozen(tx: Tx, campaignId: number): Promise<boolean> {
  const { rows } = await tx.execute<{ on: boolean }>(sql`
    select ${isOn('frozen-leaderboard', sql`${campaignId}::int`)} as on`)
  return rows[0]?.on ?? false
}

/** jsonb keeps no order of keys: both sides are brought through the same one. */
function isSame(a: Frame, b: Frame): boolean {
  return inOrder(a) === inOrder(b)
}

function inOrder(frame: Frame): string {
  return JSON.stringify(frame, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

async function currentFrame(tx: Tx, { campaignId, version, frame }: Row, step: Step): Promise<Frame> {
  const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId))
  if (!campaign) throw new Error(`there is no campaign ${campaignId}`)
  const { smallestShown, pace, goal } = campaign
  const before = version > 0 ? (frame as Frame) : undefined
  return publicFrame({
    smallestShown,
    pace,
    goal,
    step,
    ...(before && { before }),
    ...(await countsOf(tx, campaignId)),
  })
}

async function countsOf(tx: Tx, campaignId: number): Promise<{ campuses: Counted[]; elsewhere: number }> {
  const rows = await tx
    .select({
      campusId: tallies.campusId,
      campus: campuses.domain,
      name: sql<string>`coalesce(${campuses.shortName}, ${campuses.name})`,
      confirmed: tallies.confirmed,
      students: campuses.students,
      goal: campaignCampuses.goal,
    })
    .from(tallies)
    .leftJoin(campuses, eq(campuses.id, tallies.campusId))
    .leftJoin(
      campaignCampuses,
      sql`${campaignCampuses.campusId} = ${tallies.campusId} and ${campaignCampuses.campaignId} = ${tallies.campaignId}`,
    )
    .where(eq(tallies.campaignId, campaignId))
  const elsewhere = rows.find(({ campusId }) => campusId === NO_CAMPUS)?.confirmed ?? 0
  const counted = rows.flatMap(({ campus, ...rest }) => (campus === null ? [] : [{ campus, ...rest }]))
  return { campuses: counted, elsewhere }
}
