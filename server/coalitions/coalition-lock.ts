import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'

/** What two do at once in a coalition is done one after the other; signing, which needs the campaign's key alone, goes on. */
export async function lockCoalition(tx: Tx, campaignId: number): Promise<void> {
  await tx.execute(sql`select from campaigns where id = ${campaignId} for no key update`)
}
