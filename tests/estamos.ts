import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type App, buildApp } from '../server/app.ts'
import { type Config, readConfig } from '../server/config.ts'
import { type Deps, openDeps } from '../server/deps.ts'
import { testDatabase } from './database.ts'

/** The real server on a database of its own, with a clock that a test may set. */
export interface Estamos {
  app: App
  deps: Deps
  config: Config
  databaseUrl: string
  /** What the server takes the time to be; real time where undefined. */
  clock: { now?: Date }
  /** Another process's worth of server on the same database. */
  another(): Promise<{ app: App; deps: Deps; close(): Promise<void> }>
  /** Does all the jobs that wait, and ends. */
  work(): Promise<void>
}

interface Settings {
  smtpUrl?: () => string
}

export const SECRET_KEY = 'tests-7Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e'

/** Call at the top of a test file. */
export function estamos({ smtpUrl }: Settings = {}): Estamos {
  const database = testDatabase()
  const server: Partial<Estamos> = { clock: {} }
  const closing: (() => Promise<void>)[] = []

  async function open() {
    const { config, clock } = server as Estamos
    const deps = await openDeps({ config, databaseUrl: database.url, now: () => clock.now ?? new Date() })
    const app = await buildApp(deps, config)
    const close = async () => {
      await app.close()
      await deps.close()
    }
    return { app, deps, close }
  }

  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'estamos-data-'))
    const SMTP_URL = smtpUrl?.()
    server.config = readConfig({ SECRET_KEY, DATA_DIR: dataDir, ...(SMTP_URL && { SMTP_URL }) })
    server.databaseUrl = database.url
    const { app, deps, close } = await open()
    Object.assign(server, { app, deps })
    closing.push(close, () => rm(dataDir, { recursive: true, force: true }))
    server.another = async () => {
      const other = await open()
      closing.unshift(other.close)
      return { ...other, close: async () => {} }
    }
    server.work = () => workOff(deps)
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })
  return server as Estamos
}

/** Runs a worker until nothing that could be done now is left. */
async function workOff(deps: Deps): Promise<void> {
  const { runOnce } = await import('graphile-worker')
  const { quiet, tasks } = await import('../server/jobs.ts')
  await runOnce({ logger: quiet, pgPool: deps.db.$client, taskList: tasks(deps), noHandleSignals: true })
}
