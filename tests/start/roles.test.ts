import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Environment } from '../../server/config.ts'
import { type Role, roles } from '../../server/db/privileges.ts'
import { anOpenCampaign, codeIn, pledgesOf } from '../builders.ts'
import { testCluster } from '../database-cluster.ts'
import { estamos } from '../estamos.ts'
import { check } from '../packaging/compose.ts'
import { type SmtpInbox, smtpInbox } from '../smtp-inbox.ts'
import { type Run, startProcess } from './processes.ts'

/** Processes of a production, each with a login of its role alone; what a test looks at it sees as the owner. */
const cluster = testCluster()
const server = estamos({ database: cluster, env: () => ({ PUBLIC_URL: 'https://pledge.example.org' }) })
const passwords = { web: randomBytes(32).toString('hex'), worker: randomBytes(32).toString('hex') }
const runs: Run[] = []
let inbox: SmtpInbox

beforeAll(async () => {
  inbox = await smtpInbox()
})
afterAll(async () => {
  for (const run of runs) if (run.process.exitCode === null) run.process.kill('SIGTERM')
  await Promise.all(runs.map((run) => run.ended()))
  await inbox.close()
})

test(
  'npm run db:migrate lets each role log in by the password of the settings',
  { timeout: 120_000 },
  async () => {
    const migration = start('server/migrate.ts', {
      WEB_DATABASE_PASSWORD: passwords.web,
      WORKER_DATABASE_PASSWORD: passwords.worker,
    })

    expect(await migration.ended()).toBe(0)
    expect(migration.said()).toBe(
      'The database is up to date.\nestamos_web and estamos_worker may do what this version needs.\n',
    )
    expect(await refusalOf('web', 'select 1', 'another-password')).toBe('28P01')
  },
)

test(
  'a student signs at a web process, a worker process mails her, and she confirms: each with the login of its role alone',
  { timeout: 120_000 },
  async () => {
    const slug = await anOpenCampaign(server)
    const web = start('server/server.ts', { ROLE: 'web', DATABASE_URL: asLogin('web') })
    const worker = start('server/server.ts', { ROLE: 'worker', DATABASE_URL: asLogin('worker') })
    await Promise.all([web.says('is ready'), worker.says('is ready')])

    const signed = await post(`/api/v1/campaigns/${slug}/pledges`, {
      email: 'ada@gatech.edu',
      name: 'Ada Lovelace',
      display: true,
      updates: true,
    })
    const { text = '' } = await inbox.next('ada@gatech.edu')
    const confirmed = await post('/api/v1/confirmations', {
      campaign: slug,
      email: 'ada@gatech.edu',
      code: codeIn(text),
    })

    expect([signed.status, confirmed.status]).toEqual([202, 200])
    expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'confirmed' }])
    expect(await check('worker', { DATABASE_URL: asLogin('worker') })).toBe(0)
    expect(web.said() + worker.said()).not.toMatch(/does not need|bug/)
  },
)

test(
  'commands for operators do with the login of the role in whose container they are started',
  { timeout: 120_000 },
  async () => {
    const commands: [Role, ...string[]][] = [
      ['web', 'organizer-invite', 'bea@example.org', '--organization', 'mijente', '--name', 'Mijente'],
      ['web', 'organizer-sign-out', '--all'],
      ['web', 'recount'],
      ['web', 'switch', 'raised-captcha', 'on', '--all'],
      ['worker', 'mail-allow', 'ada@example.edu'],
      ['worker', 'mail-allow', '--domain', 'example.edu'],
      ['worker', 'mail-refusals'],
    ]

    const ends = await Promise.all(
      commands.map(async ([role, name, ...words]) => {
        const run = start([`server/${name}.ts`, ...words], { DATABASE_URL: asLogin(role) })
        return [name, await run.ended()]
      }),
    )

    expect(ends).toEqual(commands.map(([, name]) => [name, 0]))
  },
)

test.each<[Role, string]>([
  ['web', 'select * from graphile_worker._private_jobs'],
  ['web', 'delete from audit_log'],
  ['web', 'set role estamos_worker'],
  ['worker', 'select * from passkeys'],
  ['worker', 'select * from audit_log'],
  ['worker', 'select * from organizer_sessions'],
  ['worker', 'set role estamos'],
  ['worker', 'drop table pledges'],
])('the login of a %s process is refused: %s', async (role, statement) => {
  expect(await refusalOf(role, statement)).toBe('42501')
})

test(
  'a process with a wrong password ends with a sentence, and one with the owner’s login says what is too much',
  { timeout: 120_000 },
  async () => {
    const wrong = start('server/server.ts', { ROLE: 'worker', DATABASE_URL: asLogin('worker', 'wrong') })
    const owner = start('server/server.ts', { ROLE: 'worker', DATABASE_URL: cluster.url })
    await owner.says('is ready')

    expect(await wrong.ended()).toBe(1)
    expect(wrong.said()).toBe(
      'The database does not let in the user of DATABASE_URL: its name, its password or the name of the database is wrong.\n',
    )
    expect(owner.said()).toContain("The database's user estamos rules over the tables")
  },
)

function start(command: string | string[], settings: Environment): Run {
  const run = startProcess(command, {
    MODE: 'production',
    DATABASE_URL: cluster.url,
    PUBLIC_URL: 'https://pledge.example.org',
    HOST: '127.0.0.1',
    PORT: String(server.config.port),
    SECRET_KEY: server.config.secretKey,
    MAIL_FROM: 'Estamos <hello@example.org>',
    SMTP_URL: inbox.url,
    DNS_SERVERS: 'none',
    CAPTCHA: 'none',
    CAPTCHA_NONE_IN_PRODUCTION: 'yes',
    ...settings,
  })
  runs.push(run)
  return run
}

function asLogin(role: Role, password = passwords[role]): string {
  return Object.assign(new URL(cluster.url), { username: roles[role], password }).href
}

async function post(path: string, body: object): Promise<Response> {
  return await fetch(`http://127.0.0.1:${server.config.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** @returns the SQLSTATE */
async function refusalOf(role: Role, statement: string, password?: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: asLogin(role, password) })
  try {
    await client.connect()
    await client.query(statement)
    return 'was let'
  } catch (error) {
    return (error as pg.DatabaseError).code
  } finally {
    await client.end()
  }
}
