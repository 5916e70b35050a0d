import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import type { DbOrTx } from './db.ts'

/** Tells the other processes, through the database, that this one lives: however it ends, they know at once. */
export interface Presence {
  /** What it is known by: what it has under way bears this number. */
  number: number
  /** False while the connection is broken, when the others take it for dead. */
  isKnown(): boolean
  close(): Promise<void>
}

/** First part of the advisory locks' keys, so that they meet no others: "Esta" for who sends letters, "Estb" for who takes those that come back. */
const LOCKS = { sender: 0x45737461, receiver: 0x45737462 }
type Part = keyof typeof LOCKS
const RETRY_MS = 500

/** Those who live, as a subquery. */
export const present = presentAs('sender')

function presentAs(part: Part) {
  return sql`(
  select objid::bigint::int from pg_locks
  where locktype = 'advisory' and classid = ${LOCKS[part]} and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database()))`
}

/** Whether anybody who plays that part lives. */
export async function isAnybodyPresent(db: DbOrTx, part: Part): Promise<boolean> {
  const { rows } = await db.execute<{ is: boolean }>(sql`select exists ${presentAs(part)} as is`)
  return rows[0]?.is ?? false
}

/** Holds a lock of its own number on a connection of its own, for as long as both live. */
export async function openPresence(url: string, part: Part = 'sender'): Promise<Presence> {
  const number = randomInt(1, 2 ** 31)
  let client: pg.Client | undefined
  let isClosed = false

  async function appear(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
      application_name: 'estamos presence',
    })
    next.on('error', () => {})
    await next.connect()
    await next.query('select pg_advisory_lock($1, $2)', [LOCKS[part], number])
    next.once('end', () => void reappear())
    client = next
  }

  async function reappear(): Promise<void> {
    client = undefined
    if (isClosed) return
    await setTimeout(RETRY_MS)
    await appear().catch(reappear)
  }

  await appear()
  return {
    number,
    isKnown: () => client !== undefined,
    async close() {
      isClosed = true
      await client?.end().catch(() => {})
    },
  }
}
