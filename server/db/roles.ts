import { sql } from 'drizzle-orm'
import pg from 'pg'
import { type Config, StartRefused } from '../config.ts'
import { type Db, type DbOrTx, isDenied, transaction, type Tx } from './db.ts'
import { privileges, type Role, roles } from './privileges.ts'
import { scramVerifier } from './scram.ts'

type Passwords = Config['databasePasswords']

/** Any number, as long as every process takes the same. */
const ROLES_LOCK = 7_305_214

/**
 * Makes the roles, where they are missing, and gives each what `privileges.ts` says and nothing else, in this database.
 * One with a password can log in. For the owner of the tables. Doing it again, or twice at once, does no harm.
 * @throws StartRefused where it may not make them
 * @returns what was granted, a line for each role and table
 */
export async function grantRoles(db: Db, passwords: Passwords = {}): Promise<string[]> {
  return await transaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${ROLES_LOCK})`)
    for (const name of Object.values(roles)) await makeRole(tx, name)
    await letLogIn(tx, passwords)
    await closeToAll(tx)
    const lines: string[] = []
    for (const role of ['web', 'worker'] as const) lines.push(...(await grantTo(tx, role)))
    await tx.execute(sql.raw(queueGrants))
    await letWorkerSeeJobs(tx)
    return lines
  })
}

async function makeRole(tx: Tx, name: string): Promise<void> {
  const { rows } = await tx.execute<{ is: boolean; may: boolean }>(sql`
    select exists (select from pg_roles where rolname = ${name}) as is, rolsuper or rolcreaterole as may
    from pg_roles where rolname = current_user`)
  const [role] = rows
  if (role?.is) return
  if (!role?.may)
    throw new StartRefused(
      `The user of DATABASE_URL may not make roles. Let one who may say: create role ${name} nologin;`,
    )
  await tx.execute(sql.raw(`create role ${name} nologin`))
}

async function letLogIn(tx: Tx, passwords: Passwords): Promise<void> {
  for (const role of ['web', 'worker'] as const) {
    const password = passwords[role]
    if (password) await givePassword(tx, roles[role], password)
  }
}

async function givePassword(tx: Tx, name: string, password: string): Promise<void> {
  const verifier = pg.escapeLiteral(scramVerifier(password))
  await tx.execute(sql.raw(`alter role ${name} login password ${verifier}`)).catch((error: unknown) => {
    if (!isDenied(error)) throw error
    throw new StartRefused(
      `The user of DATABASE_URL may not give ${name} a password. Let one who may say: alter role ${name} login password '…'; and leave it out of the settings.`,
    )
  })
}

/**
 * What was granted follows the tables of this version, where this server of Postgres knows the roles, or is to.
 * @returns whether it does
 */
export async function renewRoles(db: Db, passwords: Passwords): Promise<boolean> {
  const { rows } = await db.execute(
    sql`select from pg_roles where rolname in (${roles.web}, ${roles.worker}) having count(*) = 2`,
  )
  if (rows.length === 0 && Object.keys(passwords).length === 0) return false
  await grantRoles(db, passwords)
  return true
}

/** What every role of the server may do in a database, unless somebody takes it away. */
async function closeToAll(tx: Tx): Promise<void> {
  const { rows } = await tx.execute<{ name: string }>(sql`select current_database() as name`)
  const database = pg.escapeIdentifier(rows[0]!.name)
  await tx.execute(
    sql.raw(`
    revoke temporary on database ${database} from public;
    revoke create on schema public from public;
    revoke all on all tables in schema public from public, ${both};
    revoke all on all tables in schema graphile_worker from public, ${both};
    grant connect on database ${database} to ${both};
    grant usage on schema public to ${both}`),
  )
}

const both = Object.values(roles).join(', ')

async function grantTo(tx: Tx, role: Role): Promise<string[]> {
  const hasMaintain = await knowsMaintain(tx)
  const lines: string[] = []
  for (const [table, granted] of Object.entries(privileges)) {
    const possible = granted[role].filter((may) => may !== 'maintain' || hasMaintain)
    if (possible.length === 0) continue
    await tx.execute(sql.raw(`grant ${possible.join(', ')} on ${table} to ${roles[role]}`))
    lines.push(`${roles[role]}: ${possible.join(', ')} on ${table}`)
    if (possible.length < granted[role].length)
      lines.push(`${roles[role]}: cannot write ${table} anew, which takes PostgreSQL 17`)
  }
  return lines
}

/** From PostgreSQL 17 on. */
export async function knowsMaintain(db: DbOrTx): Promise<boolean> {
  const { rows } = await db.execute<{ is: boolean }>(
    sql`select current_setting('server_version_num')::int >= 170000 as is`,
  )
  return rows[0]?.is ?? false
}

/** The queue is the worker's; others write jobs down through the owner's `add_jobs` alone, and see none. */
const queueGrants = `
  grant usage on schema graphile_worker to ${roles.worker};
  grant select, insert, update, delete on all tables in schema graphile_worker to ${roles.worker};
  revoke insert, update, delete on graphile_worker.migrations from ${roles.worker};
  grant usage on all sequences in schema graphile_worker to ${roles.worker};
  revoke execute on all functions in schema graphile_worker from public, ${both};
  grant execute on all functions in schema graphile_worker to ${roles.worker};
  revoke execute on function add_jobs(json) from public;
  grant execute on function add_jobs(json) to ${both}`

/** The queue's tables show their rows to their owner alone, unless a policy says otherwise. */
async function letWorkerSeeJobs(tx: Tx): Promise<void> {
  const { rows } = await tx.execute<{ name: string }>(sql`
    select relname as name from pg_class
    where relnamespace = 'graphile_worker'::regnamespace and relrowsecurity
      and not exists (select from pg_policy where polrelid = pg_class.oid and polname = ${roles.worker})`)
  for (const { name } of rows)
    await tx.execute(
      sql.raw(`create policy ${roles.worker} on graphile_worker.${name} to ${roles.worker} using (true)`),
    )
}
