import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { bugOf, withoutValues, wordsOf } from '../../server/bugs.ts'
import { openDb } from '../../server/db/db.ts'
import { tellingLogSettings } from '../../server/db/log-settings.ts'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { localMode } from '../start/local-mode.ts'
import type { Run } from '../start/processes.ts'

const server = estamos()
const local = localMode()
const canary = 'kanarienvogel'
let run: Run
let slug: string

/** A server of its own, as people start it: what it says, it says to its operator. */
beforeAll(async () => {
  slug = await anOpenCampaign(server)
  const { secretKey: SECRET_KEY } = server.config
  run = local.start({
    DATABASE_URL: server.databaseUrl,
    SECRET_KEY,
    ROLE: 'web',
    LOG: 'requests',
    CAPTCHA: 'none',
    LIMITS: '0.02',
  })
  await run.says('is ready')
})

test('of a request its route, method, status and time are logged, and nothing of who asked', async () => {
  const from = run.said().length

  await call(`/c/${slug}?source=${canary}`, {
    headers: { 'user-agent': canary, cookie: `my-pledge=${canary}` },
  })
  await call(`/confirm/${canary}`, { headers: { referer: `https://${canary}.example/` } })
  await call(`/${canary}`)
  await call(`/api/v1/my-pledge-links`, json({ campaign: canary, email: `${canary}@example.edu` }))
  await run.says('/api/v1/my-pledge-links')

  const lines = run
    .said()
    .slice(from)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toMatchObject([
    { route: '/c/:slug', method: 'GET', status: 200 },
    { route: '/confirm/:token', method: 'GET', status: 200 },
    { route: 'none', method: 'GET', status: 404 },
    { route: '/api/v1/my-pledge-links', method: 'POST' },
  ])
  const names = new Set(lines.flatMap((line) => Object.keys(line)))
  expect([...names].sort()).toEqual(['level', 'method', 'ms', 'route', 'status', 'time'])
  expect(run.said()).not.toContain(canary)
})

describe('a row that the database refuses', () => {
  beforeAll(async () => {
    await server.deps.db.execute(
      sql`alter table chapter_requests add constraint refuses_all check (campaign_id < 0) not valid`,
    )
    await server.deps.db.execute(
      sql`alter table pledges add constraint refuses_too check (campaign_id < 0) not valid`,
    )
  })

  test('is told to nobody: not to her, not in our log, not in that of the database', async () => {
    const form = new URLSearchParams({
      email: `${canary}@gatech.edu`,
      name: canary,
      about: canary,
      display: 'on',
    })

    const answers = [
      await call(`/c/${slug}/gatech.edu/chapter-requests`, { method: 'POST', body: form }),
      await call(`/c/${slug}/pledges`, { method: 'POST', body: form }),
      await call(
        `/api/v1/campaigns/${slug}/pledges`,
        json({ email: `${canary}@gatech.edu`, source: 'poster' }),
      ),
    ]

    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500])
    expect(answers.map(({ text }) => text).join()).not.toMatch(/refuses_|insert into|23514/)
    await expect.poll(run.said).toContain('refuses_too')
    expect(run.said()).toContain('"sqlState":"23514"')
    expect(run.said()).not.toMatch(new RegExp(`${canary}|insert into|Failing row`))
    const log = await logOfPostgres()
    expect(log).toContain('refuses_too')
    expect(log).not.toMatch(new RegExp(`${canary}|insert into|Failing row`, 'i'))
  })
})

test('an error of the database loses its row, its query and its parameters on the way to a log', async () => {
  const failed = await server.deps.db
    .execute(
      sql`insert into organizations (slug, name) values (${canary}, ${canary}), (${canary}, ${canary})`,
    )
    .catch((error: unknown) => error)

  expect(JSON.stringify([failed, (failed as Error).message])).toContain(canary)
  expect(bugOf(failed)).toMatchObject({
    sqlState: '23505',
    constraint: expect.stringContaining('organizations'),
  })
  const said = withoutValues(failed)
  expect(wordsOf(failed)).toContain('23505')
  expect(`${JSON.stringify(bugOf(failed))} ${said.message} ${said.stack} ${Object.keys(said)}`).not.toMatch(
    new RegExp(`${canary}|insert into`),
  )
})

test('a database that prints what people typed is noticed, with what to change', async () => {
  const name = new URL(server.databaseUrl).pathname.slice(1)
  const asItIs = await tellingLogSettings(server.deps.db)
  for (const setting of [
    "log_error_verbosity = 'verbose'",
    "log_statement = 'all'",
    'log_min_duration_statement = 0',
  ])
    await server.deps.db.execute(sql.raw(`alter database ${name} set ${setting}`))
  const db = openDb({ url: server.databaseUrl, connections: 1 })

  const told = await tellingLogSettings(db).finally(() => db.$client.end())

  expect(asItIs).toEqual([])
  expect(told).toEqual([
    'Postgres has log_error_verbosity = verbose: make it terse, or errors print whole rows.',
    'Postgres has log_min_duration_statement = 0: make it -1, or slow statements are printed.',
    'Postgres has log_statement = all: make it none, or every statement is printed.',
  ])
})

test('what limits refused is told once for each route and limit, with how often, and never whom', async () => {
  const answers = []
  // More than a minute's worth, should a new minute begin between.
  for (let n = 0; n < 60; n += 1) answers.push((await call(`/${canary}/${n}?${canary}`)).status)
  const refused = answers.filter((status) => status === 429).length

  run.process.kill('SIGTERM')
  await run.ended()

  const told = run
    .said()
    .split('\n')
    .filter((line) => line.includes('"limit"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(refused).toBeGreaterThan(0)
  expect(told.length).toBeLessThan(3)
  expect(told[0]).toMatchObject({ route: 'none', limit: 'nothing, of an address' })
  expect(told.reduce((sum, { count }) => sum + Number(count), 0)).toBe(refused)
  expect(Object.keys(told[0] ?? {}).sort()).toEqual(['count', 'level', 'limit', 'route', 'time'])
  expect(run.said()).not.toContain(canary)
})

async function call(path: string, options: RequestInit = {}) {
  const answer = await fetch(`http://localhost:${local.port}${path}`, options)
  return { status: answer.status, text: await answer.text() }
}

function json(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function logOfPostgres(): Promise<string> {
  const { rows } = await server.deps.db.execute<{ log: string }>(
    sql`select pg_read_file(current_setting('data_directory') || '/server.log') as log`,
  )
  return rows[0]?.log ?? ''
}
