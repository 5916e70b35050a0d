import { type SQL, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { Db } from './db.ts'

/** The database as it was at one moment, read through one connection for as long as it is open. */
export interface Snapshot {
  all<Row extends Record<string, unknown>>(query: SQL): Promise<Row[]>
  /** Some thousands of rows at a time, however many there are; one such reading in each snapshot. */
  rows<Row extends Record<string, unknown>>(query: SQL): AsyncGenerator<Row[]>
  /** Ends what is being read, too. Calling it again does nothing. */
  close(): void
}

const ROWS_AT_ONCE = 5_000

export async function openSnapshot(db: Db): Promise<Snapshot> {
  const client = await db.$client.connect()
  const tx = drizzle({ client })
  let isClosed = false
  let isReading = false
  let pid = 0

  async function all<Row extends Record<string, unknown>>(query: SQL): Promise<Row[]> {
    isReading = true
    const { rows } = await tx.execute<Row>(query)
    isReading = false
    return rows as Row[]
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    // Without it Postgres would go on with a long statement until it had something to say to nobody.
    if (isReading) void db.$client.query('select pg_cancel_backend($1)', [pid]).catch(() => {})
    client.release(true)
  }

  try {
    await client.query('begin isolation level repeatable read read only')
    pid = (await all<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid ?? 0
  } catch (error) {
    close()
    throw error
  }
  return {
    all,
    async *rows<Row extends Record<string, unknown>>(query: SQL) {
      await all(sql`declare reading no scroll cursor for ${query}`)
      for (;;) {
        const rows = await all<Row>(sql`fetch ${sql.raw(String(ROWS_AT_ONCE))} from reading`)
        if (rows.length > 0) yield rows
        if (rows.length < ROWS_AT_ONCE) return
      }
    },
    close,
  }
}
