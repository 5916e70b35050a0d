import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { type Keys, type Purpose, SEALED_ID, VERSIONS } from '../keys.ts'

type Row = Record<string, unknown>

/** Where sealed bytes stand, as the noun that writes them says it, for sealing them anew. */
export interface SealedColumn {
  /** For the report. */
  what: string
  table: string
  column: string
  /** The columns of the primary key, with their types. */
  key: Record<string, 'text' | 'int' | 'bytea' | 'uuid' | 'date'>
  /** What else tells what it is bound to, as SQL over the table. */
  also?: SQL[]
  sealedAs(row: Row): { purpose: Purpose; context: Uint8Array }
}

const BATCH = 500

export interface Resealed {
  what: string
  /** Rows that an older key had sealed. */
  found: number
  resealed: number
  /** Rows that nobody can open: by a key that is gone, or damaged. */
  failed: number
}

/**
 * Seals anew what another key than the newest sealed, a batch of rows at a time, in the order of their keys. Whoever runs
 * beside it, a server or another rotation, is not waited for: only what is still as it was read is written.
 */
export async function* reseal(db: Db, keys: Keys, column: SealedColumn): AsyncGenerator<Resealed> {
  let after: Row | undefined
  for (;;) {
    const rows = await readBatch(db, keys, column, after)
    if (rows.length === 0) return
    const anew = rows.flatMap((row) => sealedAnew(keys, column, row))
    yield {
      what: column.what,
      found: rows.length,
      resealed: anew.length > 0 ? await writeBatch(db, column, anew) : 0,
      failed: rows.length - anew.length,
    }
    after = rows.at(-1)
  }
}

/** How many rows another key than the newest has sealed. */
export async function countSealedByOthers(db: Db, keys: Keys, column: SealedColumn): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(column.table)} where ${byOthers(keys, column)}`,
  )
  return rows[0]?.count ?? 0
}

async function readBatch(db: Db, keys: Keys, column: SealedColumn, after: Row | undefined): Promise<Row[]> {
  const names = Object.keys(column.key)
  const from = after ? sql`and (${list(names)}) > (${values(column, after)})` : sql``
  const { rows } = await db.execute<Row>(sql`
    select ${list([...names, column.column])}${alsoOf(column)} from ${sql.identifier(column.table)}
    where ${byOthers(keys, column)} ${from} order by ${list(names)} limit ${BATCH}`)
  return rows
}

function byOthers(keys: Keys, { column }: SealedColumn): SQL {
  const sealed = sql.identifier(column)
  const id = sql`substring(${sealed} from ${SEALED_ID.at + 1}::int for ${SEALED_ID.bytes}::int)`
  const isOfServer = sql`get_byte(${sealed}, 0) = ${VERSIONS.server}::int`
  return sql`${sealed} is not null and ${isOfServer} and ${id} <> ${keys.idFor('organizer')}`
}

interface Anew {
  row: Row
  old: Buffer
  sealed: Buffer
}

/** None where it cannot be opened: that is counted, and stops no other row. */
function sealedAnew(keys: Keys, column: SealedColumn, row: Row): Anew[] {
  const old = row[column.column] as Buffer
  try {
    const { purpose, context } = column.sealedAs(row)
    return [{ row, old, sealed: keys.seal(purpose, keys.open(purpose, old, context), context) }]
  } catch {
    return []
  }
}

async function writeBatch(db: Db, column: SealedColumn, anew: Anew[]): Promise<number> {
  const names = Object.keys(column.key)
  const arrays = names.map((name) =>
    arrayOf(
      column,
      name,
      anew.map(({ row }) => row[name]),
    ),
  )
  const old = sql`${sql.param(anew.map((one) => one.old))}::bytea[]`
  const sealed = sql`${sql.param(anew.map((one) => one.sealed))}::bytea[]`
  const target = sql.identifier(column.column)
  const same = names.map((name) => sql`row.${sql.identifier(name)} = anew.${sql.identifier(name)}`)
  const { rowCount } = await db.execute(sql`
    update ${sql.identifier(column.table)} as row set ${target} = anew.sealed_anew
    from unnest(${sql.join([...arrays, old, sealed], sql`, `)}) as anew (${list([...names, 'sealed_before', 'sealed_anew'])})
    where ${sql.join(same, sql` and `)} and row.${target} = anew.sealed_before`)
  return rowCount ?? 0
}

function arrayOf({ key }: SealedColumn, name: string, column: unknown[]): SQL {
  return sql`${sql.param(column)}::${sql.raw(key[name]!)}[]`
}

function values({ key }: SealedColumn, row: Row): SQL {
  return sql.join(
    Object.entries(key).map(([name, type]) => sql`${row[name]}::${sql.raw(type)}`),
    sql`, `,
  )
}

function alsoOf({ also = [] }: SealedColumn): SQL {
  return also.length > 0 ? sql`, ${sql.join(also, sql`, `)}` : sql``
}

function list(names: string[]): SQL {
  return sql.join(
    names.map((name) => sql.identifier(name)),
    sql`, `,
  )
}
