import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { type Db, openDb } from '../server/db/db.ts'

/** A database of a test file's own, cloned from the template before its tests and dropped after them. */
export interface TestDatabase {
  db: Db
  url: string
}

/** Call at the top of a test file. `KEEPDB=1` keeps the database of a failing test. */
export function testDatabase(): TestDatabase {
  const database: Partial<TestDatabase> = {}
  const name = `test_${randomBytes(6).toString('hex')}`

  beforeAll(async () => {
    await onServer(`create database ${name} template ${inject('templateDatabase')}`)
    database.url = `${inject('postgresUrl')}/${name}`
    database.db = openDb({ url: database.url })
  })
  afterAll(async () => {
    await database.db?.$client.end()
    if (!process.env.KEEPDB) await onServer(`drop database if exists ${name} with (force)`)
  })
  return database as TestDatabase
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${inject('postgresUrl')}/postgres` })
  await client.connect()
  await client.query(statement)
  await client.end()
}
