import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'

export type Db = NodePgDatabase<Record<string, never>> & { $client: pg.Pool }
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/** Where a statement may run: on its own, or inside somebody's transaction. */
export type DbOrTx = Db | Tx

interface Opening {
  url: string
  /** How many connections this process may hold. */
  connections?: number
}

/** A statement that takes longer than this is ended, and its request answered with a 503. */
const STATEMENT_LIMIT_MS = 15_000

export function openDb({ url, connections = 12 }: Opening): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: STATEMENT_LIMIT_MS,
    query_timeout: STATEMENT_LIMIT_MS + 1_000,
    keepAlive: true,
    application_name: 'estamos',
  })
  // A connection that breaks is replaced by the pool; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return drizzle({ client: pool })
}

/** Makes what writes rows in somebody's transaction write them in one of its own. */
export function inTransaction<Row, Answer>(
  db: Db,
  write: (tx: Tx, rows: Row[]) => Promise<Answer>,
): (rows: Row[]) => Promise<Answer> {
  return (rows) => db.transaction((tx) => write(tx, rows))
}

/** Connection lost, server shutting down, no connection to be had: SQLSTATE classes and Node's own codes. */
const AWAY_SQLSTATE = /^(08|53|57P|57014)/
const AWAY_SYSTEM = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENOTFOUND|EAI_|ENOENT)/
/** What `pg` says without a code. */
const AWAY_SAID =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client has encountered a connection error|Cannot use a pool after)/

/** Whether an error means that the database cannot be reached now, rather than that a statement was wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true
  const { code } = error as { code?: unknown }
  if (error instanceof pg.DatabaseError) return AWAY_SQLSTATE.test(error.code ?? '')
  if (typeof code === 'string' && AWAY_SYSTEM.test(code)) return true
  return AWAY_SAID.test(error.message) || isDatabaseAway(error.cause)
}
