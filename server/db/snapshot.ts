import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Db } from './db.ts'

/** The database as it was at one moment, read through one connection for as long as it is open. */
export interface Snapshot {
  all<Row>(query: SQL): Promise<Row[]>
  /** Some rows at a time, however many there are; one such reading in each snapshot. */
  rows<Row>(query: SQL): AsyncGenerator<Row[]>
  /** Ends what is being read, too. Calling it again does nothing. */
  close(): void
}

const ROWS_AT_ONCE = 200
/** Longer than a request's statement may take: the first rows of a large reading wait until all are sorted. */
const STATEMENT_LIMIT_MS = 60_000

const dialect = new PgDialect()

export async function openSnapshot(db: Db): Promise<Snapshot> {
  const client = await db.$client.connect()
  let isClosed = false
  let isReading = false
  let pid = 0

  async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    isReading = true
    const limit = { query_timeout: STATEMENT_LIMIT_MS + 1_000 }
    const { rows } = await client.query({ text, values, ...limit })
    isReading = false
    return rows
  }

  function all<Row>(asked: SQL): Promise<Row[]> {
    const { sql, params } = dialect.sqlToQuery(asked)
    return query(sql, params)
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    // Without it Postgres would go on with a long statement until it had something to say to nobody.
    if (isReading) void db.$client.query('select pg_cancel_backend($1)', [pid]).catch(() => {})
    client.release(true)
  }

  try {
    await query('begin isolation level repeatable read read only')
    await query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`)
    pid = (await query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid ?? 0
  } catch (error) {
    close()
    throw error
  }
  return {
    all,
    async *rows<Row>(asked: SQL) {
      const { sql, params } = dialect.sqlToQuery(asked)
      await query(`declare reading no scroll cursor for ${sql}`, params)
      for (;;) {
        const rows = await query<Row>(`fetch ${ROWS_AT_ONCE} from reading`)
        if (rows.length > 0) yield rows
        if (rows.length < ROWS_AT_ONCE) return
      }
    },
    close,
  }
}
