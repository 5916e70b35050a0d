import type { Db } from './db.ts'

/** A statement that each connection parses and plans once: for the few that run thousands of times a second. */
export interface Prepared {
  name: string
  text: string
}

/** Runs a prepared statement; a Buffer among its values goes over the wire as it is. By itself it is a transaction. */
export async function runPrepared(db: Db, { name, text }: Prepared, values: unknown[]): Promise<void> {
  await db.$client.query({ name, text, values })
}

/** How a value goes into an array that Postgres reads without parsing it: its type's number there, and its bytes. */
interface Encoding<Value> {
  oid: number
  bytes: (value: Value) => number
  write: (value: Value, into: Buffer, at: number) => void
}

interface Values {
  bool: boolean
  bytea: Uint8Array
  int: number
  text: string
  timestamptz: Date
  uuid: string
}

type ColumnType = keyof Values

/** Postgres counts from 2000 on, in microseconds. */
const POSTGRES_EPOCH_MS = Date.UTC(2000)
const HALF = 2 ** 32

const encodings: { [Type in ColumnType]: Encoding<Values[Type]> } = {
  bool: { oid: 16, bytes: () => 1, write: (value, into, at) => into.writeUInt8(Number(value), at) },
  bytea: { oid: 17, bytes: ({ length }) => length, write: (value, into, at) => into.set(value, at) },
  int: { oid: 23, bytes: () => 4, write: (value, into, at) => into.writeInt32BE(value, at) },
  text: {
    oid: 25,
    bytes: (value) => Buffer.byteLength(value),
    write: (value, into, at) => into.write(value, at),
  },
  timestamptz: {
    oid: 1184,
    bytes: () => 8,
    write(value, into, at) {
      const microseconds = (value.getTime() - POSTGRES_EPOCH_MS) * 1000
      into.writeInt32BE(Math.floor(microseconds / HALF), at)
      into.writeUInt32BE(((microseconds % HALF) + HALF) % HALF, at + 4)
    },
  },
  uuid: {
    oid: 2950,
    bytes: () => 16,
    write: (value, into, at) => into.write(value.replaceAll('-', ''), at, 'hex'),
  },
}

type Column<Row, Type extends ColumnType> = readonly [type: Type, of: (row: Row) => Values[Type] | undefined]

/** For each column of a multi-row statement: its type, and where a row's value comes from. */
export type Columns<Row> = Record<string, { [Type in ColumnType]: Column<Row, Type> }[ColumnType]>

/**
 * The rows of a statement, from an array parameter for each column. Taken by their place: `unnest` would first copy
 * each array into a store of its own, which costs more than all else that is done to a row before it is written.
 */
export function rowsFrom<Row>(columns: Columns<Row>): string {
  const arrays = Object.values(columns).map(([type], at) => `$${at + 1}::${type}[]`)
  const values = Object.keys(columns).map((name, at) => `(${arrays[at]})[place] as ${name}`)
  return `(select ${values.join(', ')} from generate_series(1, cardinality(${arrays[0]})) as place)`
}

/** The values of `rowsFrom`: arrays as Postgres sends them to itself. */
export function valuesOf<Row>(columns: Columns<Row>, rows: Row[]): Buffer[] {
  return Object.values(columns).map(([type, of]) =>
    arrayOf(encodings[type] as Encoding<unknown>, rows.map(of as (row: Row) => unknown)),
  )
}

const ARRAY_HEAD_BYTES = 20

function arrayOf<Value>({ oid, bytes, write }: Encoding<Value>, values: (Value | undefined)[]): Buffer {
  let length = ARRAY_HEAD_BYTES + 4 * values.length
  for (const value of values) length += value === undefined ? 0 : bytes(value)
  const array = Buffer.allocUnsafe(length)
  const dimensions = [1, Number(values.includes(undefined)), oid, values.length, 1]
  for (const [place, word] of dimensions.entries()) array.writeInt32BE(word, place * 4)
  let at = ARRAY_HEAD_BYTES
  for (const value of values) {
    const size = value === undefined ? 0 : bytes(value)
    array.writeInt32BE(value === undefined ? -1 : size, at)
    if (value !== undefined) write(value, array, at + 4)
    at += 4 + size
  }
  return array
}
