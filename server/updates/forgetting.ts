import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'

/** Of a drive whose signers are forgotten: how far letters were written is said by a pledge's digests. */
export async function forgetPlacesOf(db: Db, campaignId: number): Promise<void> {
  for (const table of ['updates', 'milestones'])
    await db.execute(sql`
      update ${sql.identifier(table)} set after_email = null, after_address = null
      where campaign_id = ${campaignId} and after_email is not null`)
}
