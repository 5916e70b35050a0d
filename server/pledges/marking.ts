import { sql, type SQL } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Signal } from './weighing.ts'

const AT_ONCE = 1_000

interface Marking {
  campaignId: number
  signal: Signal
  /** A condition on `pledges pledge`. */
  where: SQL
}

/** Notes a signal at every pledge that has come to show it, in the order of their keys, so many in each statement. */
export async function markPledges(db: Db, { campaignId, signal, where }: Marking): Promise<void> {
  let marked: number
  do {
    const { rowCount } = await db.execute(sql`
      with shown as (
        select email_digest, address_digest from pledges pledge
        where campaign_id = ${campaignId} and ${where} and not (${signal} = any (signals))
        order by email_digest, address_digest limit ${AT_ONCE} for update)
      update pledges as pledge set signals = array_append(pledge.signals, ${signal}) from shown
      where pledge.campaign_id = ${campaignId} and pledge.email_digest = shown.email_digest
        and pledge.address_digest = shown.address_digest`)
    marked = rowCount ?? 0
  } while (marked === AT_ONCE)
}
