import { mkdtemp, rm } from 'node:fs/promises'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { runOnce } from 'graphile-worker'
import { afterAll, beforeAll, vi } from 'vitest'
import { type App, buildApp } from '../server/app.ts'
import { type Config, type Environment, readConfig } from '../server/config.ts'
import { type Deps, openDeps } from '../server/deps.ts'
import { quiet, startWorker, tasks } from '../server/jobs.ts'
import { composeLetters } from '../server/letters.ts'
import { deliverAll } from '../server/mail/delivery.ts'
import { type Db, openDb } from '../server/db/db.ts'
import { type Role, roles } from '../server/db/privileges.ts'
import { type TestDatabase, testDatabase } from './database.ts'

/** The real server on a database of its own, with a clock that a test may set. */
export interface Estamos {
  app: App
  /** What the app has, but for the database: a test sees and does all there, and the app what `ROLE=web` may. */
  deps: Deps
  /** The app's own way to the database. */
  appDb: Db
  config: Config
  databaseUrl: string
  /** What the server takes the time to be; real time where undefined. */
  clock: { now?: Date }
  /** Another process's worth of server on the same database. */
  another(): Promise<Opened>
  /** Does all the jobs that wait, and ends. */
  doJobs(): Promise<void>
  /** The same, and sends all letters that are due. */
  work(): Promise<void>
}

type Opened = Pick<Estamos, 'app' | 'deps' | 'appDb'>

interface Settings {
  /** What the environment says besides; called once before the tests. */
  env?: () => Environment
  /** Listens on a port, as PUBLIC_URL says, with a worker beside it. */
  isUp?: boolean
  /** A clone of the tests' template unless a test brings one. */
  database?: Pick<TestDatabase, 'url'>
}

/** Without a captcha, which is asked for by the tests that are about it, and by the journeys. */
const ofTests = { SECRET_KEY: 'tests-7Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e', CAPTCHA: 'none' }

/** Call at the top of a test file. */
export function estamos({ env = () => ({}), isUp = false, ...given }: Settings = {}): Estamos {
  const database = given.database ?? testDatabase()
  const server: Partial<Estamos & { db: Db }> = { clock: {} }
  const closing: (() => Promise<unknown>)[] = []

  async function open(): Promise<Opened> {
    const { config, clock } = server as Estamos
    const deps = await openDeps({
      config,
      databaseUrl: asRole(database.url, 'web'),
      now: () => clock.now ?? new Date(),
    })
    const app = await buildApp(deps, config)
    closing.unshift(() => app.close(), deps.close)
    return { app, deps: { ...deps, db: server.db! }, appDb: deps.db }
  }

  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'estamos-data-'))
    closing.push(() => rm(dataDir, { recursive: true, force: true }))
    server.config = readConfig({ ...ofTests, DATA_DIR: dataDir, PORT: String(await freePort()), ...env() })
    server.databaseUrl = database.url
    const db = openDb({ url: database.url })
    server.db = db
    closing.push(() => db.$client.end())
    server.another = open
    Object.assign(server, await open())
    const { app, deps, config } = server as Estamos
    const workerUrl = asRole(database.url, 'worker')
    const workerDb = openDb({ url: workerUrl, connections: 6 })
    const ofWorker = { ...deps, db: workerDb }
    closing.push(() => workerDb.$client.end())
    server.doJobs = () => workOff(ofWorker)
    server.work = async () => {
      await workOff(ofWorker)
      await deliverAll({ deps: ofWorker, databaseUrl: workerUrl, compose: composeLetters, report: () => {} })
    }
    if (!isUp) return
    await app.listen({ host: 'localhost', port: config.port })
    const worker = await startWorker({ deps: ofWorker, databaseUrl: workerUrl })
    closing.unshift(() => worker.stop())
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })
  return server as Estamos
}

/** As that role, and with nothing of what the tests' own login may do. */
export function asRole(url: string, role: Role): string {
  return `${url}?options=${encodeURIComponent(`-c role=${roles[role]}`)}`
}

/** The runner ends before the database has heard of its last job. */
async function workOff(deps: Deps): Promise<void> {
  const { db } = deps
  await runOnce({ logger: quiet, pgPool: db.$client, taskList: tasks(deps), noHandleSignals: true })
  await vi.waitUntil(async () => {
    const { rows } = await db.execute(sql`select id from graphile_worker.jobs where locked_at is not null`)
    return rows.length === 0
  }, 10_000)
}

/** A port that was free a moment ago, as was the next; below those that the system gives to outgoing connections. */
export async function freePort(): Promise<number> {
  const port = 10_000 + 2 * randomInt(10_000)
  const isFree = (await canListen(port)) && (await canListen(port + 1))
  return isFree ? port : await freePort()
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  const listens = await new Promise<boolean>((tell) => {
    server.once('error', () => tell(false))
    server.listen(port, '127.0.0.1', () => tell(true))
  })
  await new Promise((closed) => server.close(closed))
  return listens
}
