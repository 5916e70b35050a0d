import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { prepareDatabase } from '../../server/database.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../../server/db/embedded.ts'
import { type Deps, openDeps } from '../../server/deps.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { startWorker } from '../../server/jobs.ts'
import { anOpenCampaign, sign } from '../builders.ts'
import type { Estamos } from '../estamos.ts'
import { type Proxy, proxyTo } from './proxy.ts'

let folder: string
let postgres: EmbeddedPostgres
let line: Proxy
let server: Estamos
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'estamos-restart-'))
  await chmod(folder, 0o755)
  postgres = await embeddedPostgres(folder)
  await prepareDatabase(postgres.url)
  line = await proxyTo(portOf(postgres))
  const url = new URL(postgres.url)
  url.port = String(line.port)
  const config = readConfig({
    SECRET_KEY: 'tests-7Yk2vQ9pLx4mZt8rWc3nBh6jFd1gSa5e',
    DATA_DIR: folder,
    CAPTCHA: 'none',
  })
  const deps: Deps = await openDeps({ config, databaseUrl: url.href })
  const app: App = await buildApp(deps, config)
  const worker = await startWorker({ deps, databaseUrl: url.href })
  closing.push(
    () => worker.stop(),
    () => app.close(),
    deps.close,
  )
  server = { app, deps, config } as Estamos
})
afterAll(async () => {
  for (const close of closing) await close()
  await line.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

test('Postgres stops and starts again under the running server: all goes on, mail too', async () => {
  const slug = await anOpenCampaign(server)
  const before = await sign(server, slug)
  await postgres.stop()
  const meanwhile = await sign(server, slug, { email: 'bea@example.edu' })

  postgres = await embeddedPostgres(folder)
  line.mend(portOf(postgres))

  expect([before.statusCode, meanwhile.statusCode]).toEqual([202, 503])
  expect(meanwhile.headers['retry-after']).toBe('5')
  await expect
    .poll(async () => (await sign(server, slug, { email: 'bea@example.edu' })).statusCode, {
      timeout: 10_000,
    })
    .toBe(202)
  await expect
    .poll(async () => (await lettersIn(server.deps.mailboxFolder)).map(({ to }) => to), { timeout: 20_000 })
    .toContain('bea@example.edu')
})

function portOf({ url }: EmbeddedPostgres): number {
  return Number(new URL(url).port)
}
