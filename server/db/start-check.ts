import { sql } from 'drizzle-orm'
import { type Config, StartRefused } from '../config.ts'
import { type Db, openDb } from './db.ts'
import { requireThisSchema } from './migrate.ts'
import { privileges, type Role, roles } from './privileges.ts'
import { knowsMaintain } from './roles.ts'

interface Starting {
  url: string
  role: Config['role']
}

/**
 * Whether a process may start on this database: one of this version, and as a user who may do what `ROLE` needs.
 * @throws StartRefused with the command to run
 * @returns a sentence for what the user may do besides, and a process that was taken over would
 */
export async function requireDatabase({ url, role }: Starting): Promise<string[]> {
  const db = openDb({ url, connections: 1 })
  try {
    await requireThisSchema(db)
    await requireRights(db, role)
    return await tellingRights(db, role)
  } finally {
    await db.$client.end()
  }
}

interface Right {
  on: string
  may: string
  /** Of one column, where it is not of the whole table. */
  column: string | null
}

async function requireRights(db: Db, role: Config['role']): Promise<void> {
  const lacking = await lackingRights(db, rightsOf(role))
  if (!(await mayAddJobs(db))) lacking.push('execute on add_jobs')
  if (role !== 'web' && !(await mayWorkOffJobs(db))) lacking.push('the tables of graphile_worker')
  if (lacking.length === 0) return
  throw new StartRefused(
    `The user of DATABASE_URL lacks what ROLE=${role} needs: ${fewOf(lacking)}. Run npm run db:roles as the owner of the tables, and start this as ${usersFor(role)}.`,
  )
}

function rightsOf(role: Config['role']): Right[] {
  const mine: Role[] = role === 'all' ? ['web', 'worker'] : [role]
  return Object.entries(privileges).flatMap(([on, of]) =>
    mine.flatMap((one) => of[one]).flatMap((privilege) => spelledOut(on, privilege)),
  )
}

/** "select (hour, day)" is a right to each of these columns. */
function spelledOut(on: string, privilege: string): Right[] {
  const [, may = '', columns] = /^(\w+)(?: \((.+)\))?$/.exec(privilege) ?? []
  return (columns?.split(', ') ?? [null]).map((column) => ({ on, may, column }))
}

async function lackingRights(db: Db, rights: Right[]): Promise<string[]> {
  const hasMaintain = await knowsMaintain(db)
  const possible = rights.filter(({ may }) => may !== 'maintain' || hasMaintain)
  const { rows } = await db.execute<{ lacking: string }>(sql`
    select distinct may || ' on ' || "on" as lacking
    from json_to_recordset(${JSON.stringify(possible)}) as wanted ("on" text, may text, "column" text)
    left join pg_class on relname = "on" and relnamespace = 'public'::regnamespace
    where not has_schema_privilege('public', 'usage') or pg_class.oid is null or not case
      when "column" is null then has_table_privilege(pg_class.oid, may) else has_column_privilege(pg_class.oid, "column", may) end
    order by 1`)
  return rows.map(({ lacking }) => lacking)
}

async function mayAddJobs(db: Db): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from pg_proc where proname = 'add_jobs' and pronamespace = 'public'::regnamespace
      and has_function_privilege(oid, 'execute')`)
  return rows.length > 0
}

/** The queue's tables show no row to whom no policy names, and say nothing of it. */
async function mayWorkOffJobs(db: Db): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and relname <> 'migrations'
      and not (has_schema_privilege('graphile_worker', 'usage')
        and has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
        and (not row_security_active(oid) or exists (
          select from pg_policy, unnest(polroles) granted
          where polrelid = pg_class.oid and (granted = 0 or pg_has_role(granted, 'usage')))))`)
  return rows.length === 0
}

/** Of the login, which a process that was taken over could be again, whatever role it took on. */
async function tellingRights(db: Db, role: Config['role']): Promise<string[]> {
  const { rows } = await db.execute<{ name: string; isMaster: boolean; owns: boolean; held: string[] }>(sql`
    select session_user as name, rolsuper or rolcreaterole or rolreplication or rolbypassrls as "isMaster",
      exists (select from pg_class where relnamespace = 'public'::regnamespace and pg_has_role(session_user, relowner, 'member')) as owns,
      array(select may || ' on ' || relname from pg_class, unnest('{select,insert,update,delete,truncate}'::text[]) may
        where relnamespace = 'public'::regnamespace and relkind = 'r' and has_table_privilege(session_user, oid, may)
        order by 1) as held
    from pg_roles where rolname = session_user`)
  const { name, isMaster, owns, held } = rows[0]!
  const needed = new Set(rightsOf(role).map(({ may, on }) => `${may} on ${on}`))
  const more = held.filter((right) => !needed.has(right))
  if (more.length === 0 && !isMaster && !owns) return []
  const what = isMaster || owns ? 'rules over the tables' : `may ${fewOf(more)} too`
  return [
    `The database's user ${name} ${what}, which ROLE=${role} does not need: whoever takes this process over could do so. Start it as ${usersFor(role)} (docs/operating.md, Roles).`,
  ]
}

function usersFor(role: Config['role']): string {
  return role === 'all' ? `a user in ${roles.web} and ${roles.worker}` : `${roles[role]} or a user in it`
}

function fewOf(rights: string[]): string {
  const more = rights.length - 3
  return rights.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
