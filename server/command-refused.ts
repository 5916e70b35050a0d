import { StartRefused } from './config.ts'
import { isDatabaseAway, isSchemaMissing } from './db/db.ts'
import { Refusal } from './refusal.ts'

/** Ends a command with a sentence for whoever typed it: what was opened before the database turned out to be away would keep it. */
export function commandRefused(error: unknown): never {
  if (error instanceof StartRefused || error instanceof Refusal) process.stderr.write(`${error.message}\n`)
  else if (isSchemaMissing(error))
    process.stderr.write('The database has no tables yet: npm run db:migrate\n')
  else if (isDatabaseAway(error)) process.stderr.write('The database at DATABASE_URL cannot be reached.\n')
  else throw error
  process.exit(1)
}
