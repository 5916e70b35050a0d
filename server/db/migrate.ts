import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any number, as long as every process takes the same. */
const MIGRATION_LOCK = 7_305_213

/**
 * Adding jobs plans its four statements anew at every call, which costs more than running them; one plan, with the
 * index, serves as well when thousands of jobs wait as when none does.
 */
const KEEP_PLANS = sql`
  alter function graphile_worker.add_jobs(graphile_worker.job_spec[], boolean)
    set plan_cache_mode = force_generic_plan set enable_seqscan = off`

/** Brings a database to the newest schema. Processes that migrate together take turns. */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'estamos migrate' })
  await client.connect()
  try {
    const db = drizzle({ client })
    await db.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`)
    await migrate(db, { migrationsFolder, migrationsSchema: 'public', migrationsTable: 'migrations' })
    await runMigrations({ connectionString: url })
    await db.execute(KEEP_PLANS)
  } finally {
    await client.end()
  }
}
