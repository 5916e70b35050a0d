import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { forgetRefusals } from './refusals.ts'

/**
 * A letter is forgotten when its delivery window ends: servers on the way try for three days, and tell within a fourth.
 * Two days after it was sent only the date remains, as with the pledge it is about.
 */
export async function forgetLetters({ db, now }: Deps): Promise<void> {
  const ago = (days: number) => sql`${now().toISOString()}::timestamptz - make_interval(days => ${days})`
  await db.execute(sql`delete from letters where settled_at < ${ago(4)}`)
  await db.execute(sql`delete from provider_calls where called_at < ${ago(1)}`)
  await db.execute(sql`
    update letters set asked_at = date_trunc('day', asked_at, 'UTC'), due_at = date_trunc('day', due_at, 'UTC'),
      settled_at = date_trunc('day', settled_at, 'UTC')
    where settled_at < ${ago(2)} and settled_at <> date_trunc('day', settled_at, 'UTC')`)
}

/** Somebody may get that mailbox later, or its server was mistaken. */
const BOUNCE_DAYS = 30

/** Of mailboxes only what their owners wanted is kept for good. */
export async function forgetMailboxes(deps: Deps): Promise<void> {
  const { db, now } = deps
  await forgetRefusals(deps)
  const at = sql`${now().toISOString()}::timestamptz`
  await db.execute(sql`delete from mail_allowances where last_at <= ${at} - interval '24 hours'`)
  await db.execute(sql`
    delete from mail_suppressions
    where reason = 'bounced' and since < ${at} - make_interval(days => ${BOUNCE_DAYS})`)
}

/** Of a drive whose signers are forgotten; what became of its letters stays as totals. */
export async function forgetLettersOf(db: Db, campaignId: number): Promise<void> {
  await db.execute(sql`delete from letters where campaign_id = ${campaignId}`)
}
