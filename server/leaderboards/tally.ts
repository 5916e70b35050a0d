import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'

/** A change of the counts of one campus in one campaign. */
export interface TallyChange {
  campaignId: number
  /** `NO_CAMPUS` for signers of none. */
  campusId: number
  by: number
}

/**
 * Changes tallies in the transaction that changes the pledges they count, in the order of their keys, so that two
 * transactions never wait for each other in a circle.
 */
export async function changeTallies(tx: Tx, changes: TallyChange[]): Promise<void> {
  const sums = summed(changes)
  if (sums.length === 0) return
  // A row that is not there yet begins at nothing: below that only a transaction that counts wrongly could go.
  await tx.execute(sql`
    with change as materialized (select * from ${recordset(sums)})
    insert into tallies (campaign_id, campus_id, confirmed)
    select "campaignId", "campusId", greatest(by, 0) from change order by 1, 2
    on conflict (campaign_id, campus_id) do update set confirmed = tallies.confirmed + (
      select by from change where "campaignId" = tallies.campaign_id and "campusId" = tallies.campus_id)`)
  for (const campaignId of new Set(sums.map((sum) => sum.campaignId))) {
    await tx.execute(sql`select pg_notify('tallies', ${String(campaignId)})`)
  }
}

/** Adds to the totals of an hour, which stay when the pledges' own times are gone. */
export async function countConfirmed(tx: Tx, now: Date, changes: TallyChange[]): Promise<void> {
  if (changes.length === 0) return
  await tx.execute(sql`
    insert into tally_hours (campaign_id, campus_id, hour, confirmed, created)
    select "campaignId", "campusId", date_trunc('hour', ${now.toISOString()}::timestamptz, 'UTC'), by, 0
    from ${recordset(summed(changes))}
    on conflict (campaign_id, campus_id, hour) do update set
      confirmed = tally_hours.confirmed + excluded.confirmed`)
}

/** The same for new pledges: part of the statement that writes them, and returns them as `written`. */
export const COUNT_CREATED = `
  insert into created_hours (campaign_id, campus_id, hour, created)
  select campaign_id, coalesce(campus_id, ${NO_CAMPUS}), date_trunc('hour', signed_at, 'UTC'), count(*)
  from written where is_new group by 1, 2, 3`

/** The totals of hours with what was counted a moment ago, to be summed up: a campus may have several rows of an hour. */
export const hoursCounted = sql`(
  select campaign_id, campus_id, hour, confirmed, created from tally_hours
  union all select campaign_id, campus_id, hour, 0, created from created_hours) as hours_counted`

/** By the clock: takes new pledges that were counted over into the totals of their hours. */
export async function sumUpCreated({ db }: Pick<Deps, 'db'>): Promise<void> {
  await db.execute(sql`
    with taken as (delete from created_hours returning *)
    insert into tally_hours as total (campaign_id, campus_id, hour, confirmed, created)
    select campaign_id, campus_id, hour, 0, sum(created) from taken group by 1, 2, 3 order by 1, 2, 3
    on conflict (campaign_id, campus_id, hour) do update set created = total.created + excluded.created`)
}

function recordset(sums: TallyChange[]) {
  const rows = JSON.stringify(sums)
  return sql`json_to_recordset(${rows}::json) as change ("campaignId" int, "campusId" int, by int)`
}

function summed(changes: TallyChange[]): TallyChange[] {
  const sums = new Map<string, TallyChange>()
  for (const change of changes) {
    const key = `${change.campaignId} ${change.campusId}`
    const sum = sums.get(key) ?? { ...change, by: 0 }
    sums.set(key, { ...sum, by: sum.by + change.by })
  }
  return [...sums.values()]
    .filter(({ by }) => by !== 0)
    .sort((a, b) => a.campaignId - b.campaignId || a.campusId - b.campusId)
}
