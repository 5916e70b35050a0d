import { sql } from 'drizzle-orm'
import type { DbOrTx } from './db.ts'

/** A job as it waits in the database; `jobs.ts` tells what each task does. */
export interface Job {
  task: string
  payload: object
  /** A job that still waits under the same key is replaced. */
  key?: string
  maxAttempts?: number
}

/** Writes jobs down in the caller's transaction: they are done at least once if it commits, and never if not. */
export async function addJobs(db: DbOrTx, jobs: Job[]): Promise<void> {
  if (jobs.length === 0) return
  await db.execute(sql`
    select count(*) from graphile_worker.add_jobs((
      select array_agg((task, payload, null, null, "maxAttempts", key, null, null)::graphile_worker.job_spec)
      from json_to_recordset(${JSON.stringify(jobs)}::json)
        as job (task text, payload json, key text, "maxAttempts" smallint)
    ))`)
}
