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
  await db.execute(sql`select add_jobs(${JSON.stringify(jobs)}::json)`)
}
