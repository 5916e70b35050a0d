import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { pledges } from '../db/schema.ts'
import { keyName, type PledgeKey } from './mailbox.ts'

/** Many pledges at once, by the names of their keys. */
export async function findPledges(
  db: Db,
  keys: PledgeKey[],
): Promise<Map<string, typeof pledges.$inferSelect>> {
  if (keys.length === 0) return new Map()
  const ids = sql.param(keys.map(({ campaignId }) => campaignId))
  const emails = sql.param(keys.map(({ emailDigest }) => emailDigest))
  const addresses = sql.param(keys.map(({ addressDigest }) => addressDigest))
  const rows = await db
    .select()
    .from(pledges)
    .where(
      sql`(${pledges.campaignId}, ${pledges.emailDigest}, ${pledges.addressDigest}) in (
        select * from unnest(${ids}::int[], ${emails}::bytea[], ${addresses}::bytea[]))`,
    )
  return new Map(rows.map((row) => [keyName(row), row]))
}
