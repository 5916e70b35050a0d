import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sql } from 'drizzle-orm'
import { runOnce } from 'graphile-worker'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { bareEnvironment } from '../bare-environment.ts'
import { openDb } from '../../server/db/db.ts'
import { privileges, type Role, roles } from '../../server/db/privileges.ts'
import { rewriteTable } from '../../server/db/rewriting.ts'
import { openDeps } from '../../server/deps.ts'
import { quiet, tasks } from '../../server/jobs.ts'
import { composeLetters } from '../../server/letters.ts'
import { deliverAll } from '../../server/mail/delivery.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { anOpenCampaign, crowd, sign } from '../builders.ts'
import { asRole, estamos } from '../estamos.ts'

const server = estamos()
const execute = promisify(execFile)

test('every table is among the privileges, and no other', async () => {
  const { rows } = await server.deps.db.execute<{ name: string }>(sql`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')`)

  expect(Object.keys(privileges).toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
})

test('nobody but the owner truncates, alters or makes anything, and what is granted is what the table says', async () => {
  const { rows } = await server.deps.db.execute<{ grantee: string; on: string; may: string }>(sql`
    select coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC') as grantee, relname as on, lower(privilege_type) as may
    from pg_class, aclexplode(relacl)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and grantee <> relowner`)
  const granted = rows.map(({ grantee, on, may }) => `${grantee} ${may} ${on}`)

  const wholeTables = Object.entries(privileges).flatMap(([table, of]) =>
    (['web', 'worker'] as const).flatMap((role) =>
      of[role].filter((may) => !may.includes('(')).map((may) => `${roles[role]} ${may} ${table}`),
    ),
  )
  expect(granted.toSorted()).toEqual(wholeTables.toSorted())
})

test('npm run db:roles says what it grants, and doing it again changes nothing', async () => {
  const env = {
    ...bareEnvironment(),
    DATABASE_URL: server.databaseUrl,
    MODE: 'local',
    DATA_DIR: server.config.dataDir,
  }
  const before = await rights()

  const { stdout } = await execute(process.execPath, ['server/roles.ts'], { env })

  expect(stdout).toContain('estamos_web: select, insert on audit_log\n')
  expect(stdout).toContain('estamos_worker: insert on audit_log\n')
  expect(stdout).not.toContain('on campus_directory')
  expect(await rights()).toEqual(before)
})

test('the app of these tests is one that has only what ROLE=web needs, and signs', async () => {
  const slug = await anOpenCampaign(server)
  const { rows } = await server.appDb.execute(sql`
    select current_user as name, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as more from pg_roles where rolname = current_user`)

  const answer = await sign(server, slug)

  expect(rows).toEqual([{ name: 'estamos_web', more: false }])
  expect(answer.statusCode).toBe(202)
})

test('the worker does every job that comes round by the clock with only what ROLE=worker needs', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await sign(server, slug, { email: 'bea@gatech.edu', display: true, name: 'Bea', updates: true })
  const byTheClock = Object.keys(tasks(server.deps)).filter(
    (name) => !['exclusion', 'update', 'delete-copies'].includes(name),
  )
  await server.deps.db.execute(
    sql`select graphile_worker.add_job(name) from unnest(${sql.param(byTheClock)}::text[]) name`,
  )

  const said = await workAlone()

  const { rows } = await server.deps.db.execute(
    sql`select task_identifier, jobs.last_error from graphile_worker.jobs join graphile_worker._private_jobs using (id)`,
  )
  expect(byTheClock.length).toBeGreaterThan(20)
  expect(rows).toEqual([])
  expect(said).toEqual([])
  const letters = await lettersIn(server.deps.mailboxFolder)
  expect(letters.filter(({ to }) => to === 'bea@gatech.edu')).toHaveLength(1)
})

test('tables of keys are written anew by the worker, and whoever may not is told that they were not', async () => {
  const rewritten: Record<string, boolean> = {}
  for (const role of ['web', 'worker'] as const) {
    const db = openDb({ url: asRole(server.databaseUrl, role), connections: 1 })
    rewritten[role] = await rewriteTable(db, 'contact_keys')
    await db.$client.end()
  }

  expect(rewritten).toEqual({ web: false, worker: true })
})

/** What a process that was taken over would try. */
const deniedToBoth = [
  `update audit_log set action = 'nothing'`,
  'delete from audit_log',
  'truncate audit_log',
  'truncate pledges',
  'alter table audit_log disable trigger all',
  'alter table pledges add column more text',
  'drop table pledges',
  'drop function add_jobs(json)',
  'create table more (id int)',
  'create temporary table more (id int)',
  'create function more() returns int language sql as $$ select 1 $$',
  'create extension hstore',
  'create role more superuser',
  'alter role estamos_web superuser',
  `copy pledges to program 'cat'`,
  `copy pledges to '/tmp/pledges'`,
  `select pg_read_file('/etc/passwd')`,
  `select lo_import('/etc/passwd')`,
  'select * from pg_authid',
  'select * from pg_hba_file_rules',
  `alter system set log_statement = 'all'`,
  'set session_replication_role = replica',
  'update deployment_keys set rotated_at = now()',
  'delete from deployment_keys',
  'select * from campus_directory',
  'update campuses set name = name',
  'insert into migrations (hash, created_at) values (1, 1)',
]

const denied: Record<Role, string[]> = {
  web: [
    ...deniedToBoth,
    'select * from mail_allowances',
    'select * from graphile_worker.jobs',
    'select * from graphile_worker._private_jobs',
    `select graphile_worker.add_job('forget-signers')`,
    'delete from campaign_keys',
    'delete from request_counts',
    'update mail_domains set domain_digest = domain_digest',
    'delete from forgettings',
  ],
  worker: [
    ...deniedToBoth,
    'select * from audit_log',
    'select * from passkeys',
    'select * from recovery_codes',
    'select * from organizer_sessions',
    'select * from sign_in_asks',
    'select * from passkey_challenges',
    'select * from request_counts',
    'select * from captcha_spent',
    'insert into passkeys default values',
    'insert into organizer_sessions default values',
    `insert into memberships default values`,
    `update memberships set role = 'owner'`,
    'update organizers set email_digest = email_digest',
    'update organization_keys set asked_at = asked_at',
    'update pledge_texts set locale = locale',
    'delete from switches',
  ],
}

describe.each(['web', 'worker'] as const)('what a %s process that was taken over is refused', (role) => {
  test.each(denied[role])('%s', async (statement) => {
    const client = new pg.Client({ connectionString: asRole(server.databaseUrl, role) })
    await client.connect()

    const refusal = await client.query(statement).then(
      () => 'was let',
      (error: pg.DatabaseError) => error.code,
    )
    await client.end()

    expect(refusal).toBe('42501')
  })
})

/** Every part of a worker as its role: that of `server.work()` has what the app has, but for the database. */
async function workAlone(): Promise<string[]> {
  const said: string[] = []
  const databaseUrl = asRole(server.databaseUrl, 'worker')
  const deps = await openDeps({ config: server.config, databaseUrl })
  await runOnce({ logger: quiet, pgPool: deps.db.$client, taskList: tasks(deps), noHandleSignals: true })
  await deliverAll({ deps, databaseUrl, compose: composeLetters, report: (line) => said.push(line) })
  await deps.close()
  return said
}

async function rights(): Promise<unknown[]> {
  const { rows } = await server.deps.db.execute(sql`
    select relname, relacl::text, (select string_agg(attname || attacl::text, ' ' order by attname) from pg_attribute
      where attrelid = pg_class.oid and attacl is not null) as columns
    from pg_class where relnamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace) and relkind in ('r', 'v', 'S')
    union all select proname, proacl::text, null from pg_proc where proname = 'add_jobs'
    union all select polname || polrelid::regclass, null, null from pg_policy order by 1, 2`)
  return rows
}
