import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { StartRefused } from '../config.ts'
import type { Db } from './db.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any number, as long as every process takes the same. */
const MIGRATION_LOCK = 7_305_213

/**
 * Brings a database to the newest schema. Processes that migrate together take turns.
 * @throws StartRefused where a newer version did that already
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'estamos migrate' })
  await client.connect()
  try {
    const db = drizzle({ client })
    await db.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`)
    refuseNewer(await newestIn(db))
    await migrate(db, { migrationsFolder, migrationsSchema: 'public', migrationsTable: 'migrations' })
    await runMigrations({ connectionString: url })
  } finally {
    await client.end()
  }
}

/**
 * Whether the database has the schema that this code was written for.
 * @throws StartRefused
 */
export async function requireThisSchema(db: Db): Promise<void> {
  const newest = await newestIn(db)
  refuseNewer(newest)
  if (newest === 0)
    throw new StartRefused('The database has no tables yet: npm run db:migrate, as who is to own them.')
  if (newest < newestHere())
    throw new StartRefused(
      'The database lacks migrations of this version: npm run db:migrate, as the owner of its tables.',
    )
}

/** Code that does not know a table would leave in it what it promises to erase. */
function refuseNewer(newest: number): void {
  if (newest <= newestHere()) return
  throw new StartRefused(
    'The database was migrated by a newer version of Estamos: start that one (docker compose up --build --detach), or restore the backup from before.',
  )
}

/** When the newest migration was made, in ms; 0 where there is none. */
function newestHere(): number {
  return Math.max(...readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis))
}

/** The same, of those that were run. */
async function newestIn(db: Pick<Db, 'execute'>): Promise<number> {
  const { rows } = await db.execute<{ may: boolean }>(sql`
    select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select') as may
    from pg_class where relname = 'migrations' and relnamespace = 'public'::regnamespace`)
  if (rows.length === 0) return 0
  if (!rows[0]?.may)
    throw new StartRefused(
      'The user of DATABASE_URL may not even read which migrations were run: npm run db:roles, as the owner of the tables, says and grants what a role needs.',
    )
  const newest = await db.execute<{ at: string | null }>(sql`select max(created_at) as at from migrations`)
  return Number(newest.rows[0]?.at ?? 0)
}
