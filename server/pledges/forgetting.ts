import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'

/** Design §4: unconfirmed pledges go after 7 days, exact times 48 hours after the confirmation. */

/** A pledge that nobody confirmed is deleted, with its contact, as long as no link to it is still good. */
export async function deleteUnconfirmed({ db, now }: Deps): Promise<void> {
  await db.execute(sql`
    delete from pledges
    where state = 'pending' and signed_at < ${now().toISOString()}::timestamptz - interval '7 days'`)
}

/** What is left of a time is its date; hours live on as totals. */
export async function forgetTimes({ db, now }: Deps): Promise<void> {
  await db.execute(sql`
    update pledges set
      signed_at = date_trunc('day', signed_at, 'UTC'),
      confirmed_at = date_trunc('day', confirmed_at, 'UTC'),
      withdrawn_at = date_trunc('day', withdrawn_at, 'UTC')
    where confirmed_at < ${now().toISOString()}::timestamptz - interval '48 hours'
      and (signed_at, confirmed_at) is distinct from
        (date_trunc('day', signed_at, 'UTC'), date_trunc('day', confirmed_at, 'UTC'))`)
}

/** Tries at codes, and letters that could not be sent, are of no use once the links in them have expired. */
export async function forgetTries({ db, now }: Deps): Promise<void> {
  const weekAgo = sql`${now().toISOString()}::timestamptz - interval '7 days'`
  await db.execute(sql`delete from code_tries where tried_at < ${weekAgo}`)
  await db.execute(sql`delete from code_failures where hour < ${weekAgo}`)
  await db.execute(sql`
    select count(*) from graphile_worker.complete_jobs(array(
      select id from graphile_worker.jobs where attempts >= max_attempts and created_at < ${weekAgo}))`)
}
