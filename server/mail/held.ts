import { and, eq, sql } from 'drizzle-orm'
import type { Db, DbOrTx } from '../db/db.ts'
import { letters } from '../db/schema.ts'
import { isOn } from '../switches/switches.ts'
import { idsOf } from './ledger.ts'

/** Letters of campaigns whose mail is paused: out of the way of others until it is not. */
export async function holdLetters(db: DbOrTx, worker: number, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  await db
    .update(letters)
    .set({ state: 'held', claimedBy: null })
    .where(and(eq(letters.claimedBy, worker), sql`${letters.id} = any(${idsOf(ids)})`))
}

/** Letters that waited because mail was paused go on where it is no more. By the clock too, for those held at that very moment. */
export async function releaseHeld(db: Db): Promise<void> {
  await db.execute(sql`
    update letters set state = 'queued'
    where state = 'held' and not ${isOn('paused-mail', sql`letters.campaign_id`)}`)
}
