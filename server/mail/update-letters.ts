import { sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'

/** Of the letters of an update, in the ledger. */
export interface UpdateLetters extends Record<string, unknown> {
  /** Still to go, what is under way included. */
  waiting: number
  /** Taken by the mail server, whatever became of it then. */
  sent: number
  refused: number
}

/**
 * Keeps the letters of an update that wait from being claimed, or lets them. What a worker has in its hands at this
 * moment is passed over, so that nobody waits for another: whoever calls it does so again. The days for which a letter is
 * tried begin when it is let.
 */
export async function holdUpdate(db: DbOrTx, updateId: number, until: Date | 'infinity'): Promise<void> {
  const at = until === 'infinity' ? until : until.toISOString()
  await db.execute(sql`
    update letters set due_at = ${at}::timestamptz,
      asked_at = case when ${at}::timestamptz = 'infinity' then asked_at else ${at}::timestamptz end
    where id in (
      select id from letters
      where update_id = ${updateId} and state in ('queued', 'held', 'claimed')
        and (due_at = 'infinity') <> (${at}::timestamptz = 'infinity')
      for update skip locked)`)
}

/** Takes back what has not gone. */
export async function dropUpdate(db: DbOrTx, updateId: number): Promise<void> {
  await db.execute(sql`
    delete from letters where id in (
      select id from letters where update_id = ${updateId} and state in ('queued', 'held') for update skip locked)`)
}

export async function updateLetters(db: DbOrTx, ids: number[]): Promise<Map<number, UpdateLetters>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.execute<UpdateLetters & { update_id: number }>(sql`
    select update_id, count(*) filter (where state in ('queued', 'held', 'claimed'))::int as waiting,
      count(*) filter (where state in ('sent', 'delivered', 'bounced', 'spam-reported'))::int as sent,
      count(*) filter (where state = 'refused')::int as refused
    from letters where update_id = any (${sql.param(ids)}::int[]) group by update_id`)
  return new Map(rows.map(({ update_id, ...counted }) => [update_id, counted]))
}

/** How many of an update's letters wait, counted no further than `most`. */
export async function waitingOfUpdate(db: DbOrTx, updateId: number, most: number): Promise<number> {
  const { rows } = await db.execute<{ waiting: number }>(sql`
    select count(*)::int as waiting from (
      select from letters where update_id = ${updateId} and state = any ('{queued,claimed}') limit ${most}) those`)
  return rows[0]?.waiting ?? 0
}
