import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { bugOf, withoutValues, wordsOf } from '../../server/bugs.ts'
import { estamos } from '../estamos.ts'
import { foundIn } from './leaks.ts'
import { reached } from './reached.ts'

const server = estamos()
const canary = 'Goldhaehnchenpfiff'

interface Column {
  name: string
  type: string
}

test('B9: a row that any table refuses is told neither in the log of the database nor by us', async () => {
  const { rows: tables } = await server.deps.db.execute<{ name: string; columns: Column[] }>(sql`
    select table_name as name, json_agg(json_build_object('name', column_name, 'type', data_type)) as columns
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER' group by 1 order by 1`)
  const before = (await logOfPostgres()).length

  const refused = []
  for (const { name, columns } of tables) {
    await server.deps.db.execute(
      sql`alter table ${sql.identifier(name)} add constraint canary check (false) not valid`,
    )
    refused.push({ name, error: await insertOf(name, columns).catch((error: unknown) => error) })
    await server.deps.db.execute(sql`alter table ${sql.identifier(name)} drop constraint canary`)
  }
  refused.push({ name: 'unique', error: await aDouble().catch((error: unknown) => error) })

  const ours = refused.map(({ name, error }) => {
    const said = withoutValues(error)
    return {
      where: name,
      bytes: Buffer.from(JSON.stringify([bugOf(error), wordsOf(error), said.message, said.stack])),
    }
  })
  const log = (await logOfPostgres()).slice(before)
  const states = new Set(refused.map(({ error }) => bugOf(error).sqlState))
  expect(tables.length).toBeGreaterThan(45)
  expect([...states].sort()).toEqual(['23502', '23505', '23514'])
  expect(log.match(/ERROR: /g)?.length).toBeGreaterThanOrEqual(refused.length)
  // What the driver is told has the whole row: without us it would be in every log.
  expect(refused.filter(({ error }) => allOf(error).includes(canary)).length).toBeGreaterThan(
    tables.length / 2,
  )
  expect(foundIn([{ where: 'the log of the database', bytes: Buffer.from(log) }, ...ours], [canary])).toEqual(
    [],
  )
  reached(
    'B9',
    `${refused.length} refused rows with a canary in ${tables.length} tables: none told, in ${log.length} bytes of log`,
  )
})

/** With the canary wherever a word or bytes can stand, and nothing elsewhere. */
async function insertOf(table: string, columns: Column[]): Promise<void> {
  const values = columns.flatMap(({ name, type }) => {
    const value = valueOf(type)
    return value ? [{ name, value }] : []
  })
  const names = sql.join(
    values.map(({ name }) => sql.identifier(name)),
    sql`, `,
  )
  await server.deps.db.execute(
    values.length > 0
      ? sql`insert into ${sql.identifier(table)} (${names}) values (${sql.join(
          values.map(({ value }) => value),
          sql`, `,
        )})`
      : sql`insert into ${sql.identifier(table)} default values`,
  )
}

function valueOf(type: string) {
  if (type === 'text') return sql`${canary}`
  if (type === 'bytea') return sql`${Buffer.from(canary)}`
  if (type === 'jsonb') return sql`${JSON.stringify({ said: canary })}::jsonb`
  return undefined
}

async function aDouble(): Promise<void> {
  for (let times = 0; times < 2; times += 1)
    await server.deps.db.execute(sql`insert into organizations (slug, name) values (${canary}, ${canary})`)
}

/** Everything that hangs on an error. */
function allOf(error: unknown): string {
  const { cause } = error as { cause?: object }
  return JSON.stringify([error, (error as Error).message, { ...cause }])
}

async function logOfPostgres(): Promise<string> {
  const { rows } = await server.deps.db.execute<{ log: string }>(
    sql`select pg_read_file(current_setting('data_directory') || '/server.log') as log`,
  )
  return rows[0]?.log ?? ''
}
