import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { RefusedLetters } from './contract.ts'

/** Letters of a campaign that were given up, as long as the ledger holds them: why, which and when, and never whose. */
export async function refusedLetters(db: Db, campaignId: number): Promise<RefusedLetters> {
  const { rows } = await db.execute<RefusedLetters['refused'][number] & Record<string, unknown>>(sql`
    select to_char(settled_at at time zone 'UTC', 'YYYY-MM-DD') as day, template, failure as reason, count(*)::int as letters
    from letters
    where campaign_id = ${campaignId} and state = 'refused'
    group by 1, 2, 3 order by 1 desc, 4 desc, 2, 3 limit 100`)
  return { refused: rows }
}
