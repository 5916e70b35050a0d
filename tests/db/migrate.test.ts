import { randomBytes } from 'node:crypto'
import { globSync } from 'node:fs'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { prepareDatabase } from '../../server/database.ts'
import { migrateDatabase } from '../../server/db/migrate.ts'

const name = `test_${randomBytes(6).toString('hex')}`

afterAll(() => onServer(`drop database if exists ${name} with (force)`))

test('two processes that migrate an empty database together do no harm, and a third finds nothing to do', async () => {
  await onServer(`create database ${name}`)
  const url = `${inject('postgresUrl')}/${name}`

  await Promise.all([prepareDatabase(url), prepareDatabase(url)])
  await migrateDatabase(url)

  const [migrations, campuses] = await Promise.all([
    count(url, 'select count(*)::int from migrations'),
    count(url, 'select count(*)::int from campuses'),
  ])
  expect(migrations).toBe(globSync('migrations/*.sql').length)
  expect(campuses).toBeGreaterThan(10_000)
})

test('every constraint has a name of its own, none one that Postgres made up', async () => {
  const url = `${inject('postgresUrl')}/${inject('templateDatabase')}`

  const unnamed = await count(
    url,
    `select count(*)::int from pg_constraint join pg_class on pg_class.oid = conrelid
     where pg_class.relnamespace = 'public'::regnamespace and relname <> 'migrations' and contype in ('c', 'f', 'u', 'p')
       and conname !~ '_(pkey|fkey|key|check)$'`,
  )

  expect(unnamed).toBe(0)
})

async function onServer(statement: string): Promise<void> {
  await count(`${inject('postgresUrl')}/postgres`, statement)
}

async function count(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ count: number }>(statement)
  await client.end()
  return rows[0]?.count ?? 0
}
