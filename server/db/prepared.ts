import type { Db } from './db.ts'

/** A statement that each connection parses and plans once: for the few that run thousands of times a second. */
export interface Prepared {
  name: string
  text: string
}

/** Runs a prepared statement with one array for each of its parameters. By itself it is a transaction. */
export async function runPrepared(db: Db, { name, text }: Prepared, values: unknown[]): Promise<void> {
  await db.$client.query({ name, text, values })
}

/** For each column of a multi-row statement: its type, and where a row's value comes from. */
export type Columns<Row> = Record<string, readonly [type: string, of: (row: Row) => unknown]>

/** `unnest($1::int[], …) as alias (a, …)`: the rows of a statement, a parameter for each column. */
export function rowsFrom<Row>(alias: string, columns: Columns<Row>): string {
  const arrays = Object.values(columns).map(([type], place) => `$${place + 1}::${type}[]`)
  return `unnest(${arrays.join(', ')}) as ${alias} (${Object.keys(columns).join(', ')})`
}

/** The array literals of the columns, as Postgres reads them: `{1,2}`, `{"a","b"}`, `{"\\\\x0a"}`. */
export function valuesOf<Row>(columns: Columns<Row>, rows: Row[]): string[] {
  return Object.values(columns).map(([, of]) => `{${rows.map((row) => element(of(row))).join(',')}}`)
}

function element(value: unknown): string {
  if (value === undefined || value === null) return 'NULL'
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  return String(value)
}
