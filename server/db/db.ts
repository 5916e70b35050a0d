import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'

export type Db = NodePgDatabase<Record<string, never>> & { $client: pg.Pool }
/** A transaction's own handle: what is not done through it is not part of it. */
export type Tx = NodePgDatabase<Record<string, never>> & { readonly [isTx]: true }
declare const isTx: unique symbol

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

/** Two transactions that waited for each other: one was ended by Postgres, and may simply be tried again. */
const DEADLOCK = '40P01'
const TRIES = 3

/**
 * Does some work in one transaction. Short, and through `tx` alone: it may be done again after a deadlock.
 * Drizzle's own way loses the connection for good where it breaks at the very beginning.
 */
export async function transaction<Result>(
  db: Db,
  work: (tx: Tx) => Promise<Result>,
  tries = TRIES,
): Promise<Result> {
  const client = await db.$client.connect()
  try {
    await client.query('begin')
    const result = await work(drizzle({ client }) as unknown as Tx)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    )
    if (tries > 1 && sqlStateOf(error) === DEADLOCK) return await transaction(db, work, tries - 1)
    throw error
  }
}

/** Makes what writes rows in somebody's transaction write them in one of its own. */
export function inTransaction<Row, Answer>(
  db: Db,
  write: (tx: Tx, rows: Row[]) => Promise<Answer>,
): (rows: Row[]) => Promise<Answer> {
  return (rows) => transaction(db, (tx) => write(tx, rows))
}

const UNIQUE_VIOLATION = '23505'

/** Whether a statement failed because this unique key has such a row already. */
export function isTaken(error: unknown, key: string): boolean {
  if (error instanceof pg.DatabaseError) return error.code === UNIQUE_VIOLATION && error.constraint === key
  return error instanceof Error && isTaken(error.cause, key)
}

/** The SQLSTATE of an error, which Drizzle wraps in one of its own. */
function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code
  return error instanceof Error && error.cause ? sqlStateOf(error.cause) : undefined
}

const LOCK_NOT_AVAILABLE = '55P03'

/** Whether a statement gave up waiting for somebody who has in hand what it needs. */
export function isLockedOut(error: unknown): boolean {
  return sqlStateOf(error) === LOCK_NOT_AVAILABLE
}

/** As a parameter, and as an escape in JSON. */
const ZERO_BYTE = new Set(['22021', '22P05'])

/** Whether a text holds a zero byte, which Postgres keeps in none; `pg` sends nothing else that it cannot read. */
export function isUnkeepable(error: unknown): boolean {
  return ZERO_BYTE.has(sqlStateOf(error) ?? '')
}

const UNDEFINED_TABLE = '42P01'

/** Whether an error means that the database was never migrated. */
export function isSchemaMissing(error: unknown): boolean {
  return sqlStateOf(error) === UNDEFINED_TABLE
}

const INSUFFICIENT_PRIVILEGE = '42501'

/** Whether an error means that the database's user may not do that. */
export function isDenied(error: unknown): boolean {
  return sqlStateOf(error) === INSUFFICIENT_PRIVILEGE
}

/** Invalid authorization, or a database of that name is not there. */
const NOT_LET_IN = /^(28|3D000)/

/** Whether an error means that the database did not let its user in. */
export function isNotLetIn(error: unknown): boolean {
  return NOT_LET_IN.test(sqlStateOf(error) ?? '')
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
