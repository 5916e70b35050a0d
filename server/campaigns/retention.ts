import { and, eq, isNull, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { campaignKeys, campaigns, forgettings } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { announceCampaigns } from './campaign.ts'

const DAY_MS = 24 * 3_600_000

type Ending = Pick<typeof campaigns.$inferSelect, 'state' | 'closesAt' | 'closedAt'>

/** When who signed is forgotten: so many days after the campaign last closed; undefined while it is a draft or has no end. */
export function forgetsAt({ state, closesAt, closedAt }: Ending, days: number): Date | undefined {
  const ended = state === 'closed' ? closedAt : state === 'open' ? closesAt : null
  return ended ? new Date(ended.getTime() + days * DAY_MS) : undefined
}

/** The same moment as SQL. */
const ENDED = sql`case ${campaigns.state}
  when 'closed' then ${campaigns.closedAt} when 'open' then ${campaigns.closesAt} end`

type Clock = Pick<Deps, 'db' | 'now' | 'retentionDays'>

/** Campaigns whose retention has ended, however long ago, and that still hold something of who signed. */
export async function campaignsToForget(clock: Clock): Promise<number[]> {
  await noteClosings(clock)
  const { rows } = await clock.db.execute<{ id: number }>(sql`
    select id from campaigns left join forgettings on campaign_id = id
    where ended_at is null and (forgotten_at is not null or ${isDue(clock)}) order by id`)
  return rows.map(({ id }) => id)
}

/** One that was closed before that was noted closes now. */
async function noteClosings({ db, now }: Clock): Promise<void> {
  await db.execute(sql`
    update campaigns set closed_at = ${now().toISOString()}::timestamptz where id in (
      select id from campaigns where state = 'closed' and closed_at is null for no key update skip locked)`)
}

function isDue({ now, retentionDays }: Clock) {
  const before = new Date(now().getTime() - retentionDays * DAY_MS).toISOString()
  return sql`${ENDED} <= ${before}::timestamptz`
}

/**
 * Destroys a campaign's digest key: from that moment on nobody can test whether an address pledged, and it never opens
 * again. Where somebody has the campaign in hand it is left for the next time.
 * @returns whether it is gone
 */
export async function destroyKey(clock: Clock, id: number): Promise<boolean> {
  return await transaction(clock.db, async (tx) => {
    const [campaign] = await tx
      .select({ forgottenAt: campaigns.forgottenAt, organizationId: campaigns.organizationId })
      .from(campaigns)
      .where(and(eq(campaigns.id, id), isDue(clock)))
      .for('no key update', { skipLocked: true })
    if (campaign && !campaign.forgottenAt) await destroy(tx, clock.now(), { id, ...campaign })
    return campaign !== undefined
  })
}

async function destroy(tx: Tx, at: Date, campaign: { id: number; organizationId: number }): Promise<void> {
  const { id, organizationId } = campaign
  await tx
    .update(campaigns)
    .set({ state: 'closed', closedAt: ENDED, forgottenAt: at, revision: sql`${campaigns.revision} + 1` })
    .where(and(eq(campaigns.id, id), isNull(campaigns.forgottenAt)))
  await tx.delete(campaignKeys).where(eq(campaignKeys.campaignId, id))
  await writeDown(tx, { at, by: null, action: 'campaign.forget', organizationId, campaignId: id })
  await announceCampaigns(tx)
}

/** What one run did for one campaign. */
export interface Run {
  campaignId: number
  /** Pledges that led to somebody before, and lead to nobody now. */
  pledges: number
  /** Pledges that still do: the next run tries them again. */
  remaining: number
  /** What could not be forgotten besides, in our words. */
  failures: string[]
}

/** The report that organizers see; the campaign is done once nothing is left. */
export async function noteRun({ db, now }: Clock, { campaignId, ...run }: Run): Promise<void> {
  const at = now()
  const { pledges, remaining, failures } = run
  const endedAt = remaining === 0 && failures.length === 0 ? at : null
  await db
    .insert(forgettings)
    .values({ campaignId, ranAt: at, pledges, remaining, failures, endedAt })
    .onConflictDoUpdate({
      target: forgettings.campaignId,
      set: { ranAt: at, pledges: sql`${forgettings.pledges} + ${pledges}`, remaining, failures, endedAt },
    })
}

export interface Report extends Omit<Run, 'campaignId'> {
  ranAt: Date
  /** Null while something is left. */
  endedAt: Date | null
}

/** Undefined before the end of a campaign's retention. */
export async function reportOf({ db }: Pick<Deps, 'db'>, id: number): Promise<Report | undefined> {
  const [report] = await db.select().from(forgettings).where(eq(forgettings.campaignId, id))
  return report
}
