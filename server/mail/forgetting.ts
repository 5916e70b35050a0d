import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'

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
