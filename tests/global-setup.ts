import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { loadCampusDirectory } from '../server/campuses/directory.ts'
import { openDb } from '../server/db/db.ts'
import { embeddedPostgres } from '../server/db/embedded.ts'
import { grantRoles } from '../server/db/roles.ts'
import { migrateDatabase } from '../server/db/migrate.ts'
import { findOrInstallChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which a test may create databases, without a database name at the end. */
    postgresUrl: string
    templateDatabase: string
    /** A folder where processes that tests start keep what they compiled for the next: half of what a start takes. */
    compileCache: string
    /** Path of a Chromium. */
    chromium: string
  }
}

const TEMPLATE = 'estamos_template'

/** A Postgres of the tests' own, with one database migrated and filled with the campus directory, to be cloned. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromium', findOrInstallChromium())
  const server = process.env.TEST_DATABASE_URL ? given(process.env.TEST_DATABASE_URL) : await ownServer()
  await makeTemplate(server.url)
  project.provide('postgresUrl', server.url)
  project.provide('templateDatabase', TEMPLATE)
  const compileCache = await mkdtemp(join(tmpdir(), 'estamos-compiled-'))
  project.provide('compileCache', compileCache)
  return async () => {
    await server.stop()
    await rm(compileCache, { recursive: true, force: true })
  }
}

interface Server {
  url: string
  stop: () => Promise<void>
}

function given(url: string): Server {
  return { url: url.replace(/\/[^/]*$/, ''), stop: async () => {} }
}

async function ownServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'estamos-tests-'))
  // As root, Postgres runs as another user, who must get in.
  await chmod(folder, 0o755)
  const postgres = await embeddedPostgres(folder)
  const stop = async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  await keepNothing(postgres.url)
  return { url: postgres.url.replace(/\/[^/]*$/, ''), stop }
}

/** What these databases hold ends with the tests, so that nobody need wait for the disk. */
async function keepNothing(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await client.query(`alter system set ${setting} = off`)
  await client.query('select pg_reload_conf()')
  await client.end()
}

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  await client.query(`drop database if exists ${TEMPLATE}`)
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  await migrateDatabase(`${url}/${TEMPLATE}`)
  const db = openDb({ url: `${url}/${TEMPLATE}`, connections: 2 })
  await loadCampusDirectory(db)
  await grantRoles(db)
  await db.$client.end()
}
