import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'

/**
 * A pledge that nobody confirmed is deleted, with its contact, once no link to it is good any more. So is each act of
 * signing; of one that a confirmation erased, only its date is known.
 */
export async function deleteUnconfirmed({ db, now }: Deps): Promise<void> {
  const weekAgo = ago(now(), '7 days')
  await db.execute(sql`delete from pledges where state = 'pending' and signed_at < ${weekAgo}`)
  await db.execute(sql`
    delete from signings
    where signed_at < case when sealed is null then ${ago(now(), '8 days')} else ${weekAgo} end`)
}

/** What is left of a time is its date; hours live on as totals. */
export async function forgetTimes({ db, now }: Deps): Promise<void> {
  const [signed, confirmed, withdrawn] = ['signed_at', 'confirmed_at', 'withdrawn_at'].map(
    (column) => sql`date_trunc('day', ${sql.identifier(column)}, 'UTC')`,
  )
  await db.execute(sql`
    update pledges set signed_at = ${signed}, confirmed_at = ${confirmed}, withdrawn_at = ${withdrawn}
    where greatest(confirmed_at, withdrawn_at) < ${ago(now(), '48 hours')}
      and (signed_at, confirmed_at, withdrawn_at) is distinct from (${signed}, ${confirmed}, ${withdrawn})`)
}

/** Tries at codes, and letters that could not be sent, are of no use once the links in them have expired. */
export async function forgetTries({ db, now }: Deps): Promise<void> {
  const weekAgo = ago(now(), '7 days')
  await db.execute(sql`delete from code_tries where tried_at < ${weekAgo}`)
  await db.execute(sql`delete from code_failures where hour < ${weekAgo}`)
  await db.execute(sql`
    select count(*) from graphile_worker.complete_jobs(array(
      select id from graphile_worker.jobs where attempts >= max_attempts and created_at < ${weekAgo}))`)
}

/** Of a drive whose signers are forgotten. */
export async function forgetTriesOf(db: Db, campaignId: number): Promise<void> {
  await db.execute(sql`delete from code_tries where campaign_id = ${campaignId}`)
}

function ago(now: Date, interval: '8 days' | '7 days' | '48 hours') {
  return sql`${now.toISOString()}::timestamptz - ${interval}::interval`
}
