import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Db } from '../../server/db/db.ts'

/** What a thing is looked for as: its bytes, and whether upper and lower case are the same. */
interface Trace {
  as: string
  bytes: Buffer
  foldsCase: boolean
}

type Encoding = (word: string) => string | Buffer

/** Ways of writing a word in which upper and lower case make no difference to whoever reads it. */
const folding: Record<string, Encoding> = {
  plain: (word) => word,
  reversed: (word) => [...word].reverse().join(''),
  hex: (word) => Buffer.from(word).toString('hex'),
  'UTF-16, little end first': (word) => Buffer.from(word, 'utf16le'),
  'UTF-16, big end first': (word) => Buffer.from(word, 'utf16le').swap16(),
  'percent signs, where they must be': (word) => encodeURIComponent(word),
  'percent signs': (word) => eachByte(word, (hex) => `%${hex}`),
  'quoted-printable': (word) => eachByte(word, (hex) => `=${hex}`),
  'JSON escapes': (word) => eachByte(word, (hex) => `\\u00${hex}`),
  'hex of UTF-16': (word) => Buffer.from(word, 'utf16le').toString('hex'),
  'hex of hex': (word) => Buffer.from(Buffer.from(word).toString('hex')).toString('hex'),
  'a bare SHA-256 in hex': (word) => createHash('sha256').update(word).digest('hex'),
  'a bare SHA-1 in hex': (word) => createHash('sha1').update(word).digest('hex'),
  'a bare MD5 in hex': (word) => createHash('md5').update(word).digest('hex'),
}

/** Every way in which one of these words could stand in some bytes; base64 wherever in it the word begins. */
function tracesOf(words: string[]): Trace[] {
  return words.flatMap((word) => [
    ...Object.entries(folding).map(([as, encode]) => ({
      as: `${word}, ${as}`,
      bytes: lowered(Buffer.from(encode(word))),
      foldsCase: true,
    })),
    ...base64Of(word).flatMap((code) => [
      { as: `${word}, base64`, bytes: Buffer.from(code), foldsCase: false },
      {
        as: `${word}, base64 for URLs`,
        bytes: Buffer.from(code.replaceAll('+', '-').replaceAll('/', '_')),
        foldsCase: false,
      },
      {
        as: `${word}, hex of base64`,
        bytes: Buffer.from(Buffer.from(code).toString('hex')),
        foldsCase: true,
      },
    ]),
    {
      as: `${word}, a bare SHA-256`,
      bytes: createHash('sha256').update(word).digest(),
      foldsCase: false,
    },
  ])
}

/** The parts that do not hang on what stands before and behind it, for each of three places to begin. */
function base64Of(word: string): string[] {
  return [0, 1, 2].map((before) => {
    const code = Buffer.from('?'.repeat(before) + word).toString('base64')
    return code.slice(before === 0 ? 0 : before + 1, Math.floor(((before + word.length) * 4) / 3))
  })
}

function eachByte(word: string, write: (hex: string) => string): string {
  return [...Buffer.from(word)].map((byte) => write(byte.toString(16).padStart(2, '0'))).join('')
}

/** Looks for all of them in one pass: hundreds, in a hundred megabytes. @returns what was found, in words */
function found(traces: Trace[], bytes: Buffer): string[] {
  const [folding, exact] = [true, false].map((folds) => traces.filter(({ foldsCase }) => foldsCase === folds))
  return [...new Set([...search(folding!, lowered(bytes)), ...search(exact!, bytes)])]
}

function search(traces: Trace[], bytes: Buffer): string[] {
  const byStart = Map.groupBy(traces, ({ bytes: wanted }) => wanted.readUInt16BE(0))
  const isStart = new Uint8Array(65_536)
  for (const start of byStart.keys()) isStart[start] = 1
  const found: string[] = []
  for (let at = 1, two = bytes[0] ?? 0; at < bytes.length; at += 1) {
    two = ((two & 0xff) << 8) | bytes[at]!
    if (isStart[two] === 1)
      for (const { as, bytes: wanted } of byStart.get(two)!)
        if (bytes.subarray(at - 1, at - 1 + wanted.length).equals(wanted)) found.push(as)
  }
  return found
}

function lowered(bytes: Buffer): Buffer {
  const low = Buffer.from(bytes)
  for (let at = 0; at < low.length; at += 1) if (low[at]! >= 0x41 && low[at]! <= 0x5a) low[at]! |= 0x20
  return low
}

export interface Held {
  where: string
  bytes: Buffer
}

/** Every row of every table of every schema, the database's own among them, as a dump has them. */
export async function dump(db: Db): Promise<Held[]> {
  const { rows: tables } = await db.execute<{ name: string }>(sql`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'm', 'p') or (nspname = 'pg_catalog' and relname in ('pg_stats', 'pg_stat_activity'))
    order by 1`)
  const held: Held[] = []
  for (const { name } of tables) {
    const { rows } = await db.execute<{ row: string }>(sql.raw(`select one::text as row from ${name} one`))
    held.push({ where: name, bytes: Buffer.from(rows.map(({ row }) => row).join('\n')) })
  }
  return held
}

/** Every file of a folder, but of the databases in `base/` that are not named. */
export function filesIn(folder: string, database: number): Held[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ where: relative(folder, path), path }))
    .filter(({ where }) => !where.startsWith('base/') || where.startsWith(`base/${database}/`))
    .map(({ where, path }) => ({ where, bytes: readFileSync(path) }))
}

/** "pledges: ada@example.edu, hex" */
export function foundIn(held: Held[], words: string[]): string[] {
  const traces = tracesOf(words)
  return held.flatMap(({ where, bytes }) => found(traces, bytes).map((as) => `${where}: ${as}`))
}
