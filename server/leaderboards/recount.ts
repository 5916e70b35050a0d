import { sql } from 'drizzle-orm'
import { type Db, transaction } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'

export interface Difference extends Record<string, unknown> {
  campaign_id: number
  campus_id: number
  /** What the tally says. */
  tally: number
  /** What `count(*)` says. */
  counted: number
}

/**
 * Proves that every tally equals the confirmed pledges it stands for.
 * @returns the differences as they were found, before they were mended
 */
export async function recountTallies(db: Db, { mends }: { mends: boolean }): Promise<Difference[]> {
  return await transaction(db, async (tx) => {
    // Tallies change with their pledges: while nobody can change a tally, both hold still.
    await tx.execute(sql`lock table tallies in share row exclusive mode`)
    const { rows } = await tx.execute<Difference>(sql`
      with counted as (
        select campaign_id, coalesce(campus_id, ${NO_CAMPUS}) as campus_id, count(*)::int as confirmed
        from pledges where state = 'confirmed' group by 1, 2)
      select campaign_id, campus_id, coalesce(tally.confirmed, 0) as tally, coalesce(counted.confirmed, 0) as counted
      from counted full join tallies tally using (campaign_id, campus_id)
      where coalesce(tally.confirmed, 0) <> coalesce(counted.confirmed, 0)
      order by 1, 2`)
    if (mends && rows.length > 0) {
      await tx.execute(sql`
        insert into tallies (campaign_id, campus_id, confirmed)
        select campaign_id, campus_id, counted
        from json_to_recordset(${JSON.stringify(rows)}::json) as found (campaign_id int, campus_id int, counted int)
        on conflict (campaign_id, campus_id) do update set confirmed = excluded.confirmed`)
      for (const campaignId of new Set(rows.map((row) => row.campaign_id))) {
        await tx.execute(sql`select pg_notify('tallies', ${String(campaignId)})`)
      }
    }
    return rows
  })
}
