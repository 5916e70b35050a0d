import { StartRefused } from './config.ts'
import { isDatabaseAway, isDenied, isNotLetIn, isSchemaMissing } from './db/db.ts'
import { Refusal } from './refusal.ts'

/** Ends a command, or a start, with a sentence for whoever typed it: what was opened before would keep it running. */
export function commandRefused(error: unknown): never {
  const sentence = sentenceFor(error)
  if (!sentence) throw error
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function sentenceFor(error: unknown): string | undefined {
  if (error instanceof StartRefused || error instanceof Refusal) return error.message
  if (isSchemaMissing(error)) return 'The database has no tables yet: npm run db:migrate'
  if (isNotLetIn(error))
    return 'The database does not let in the user of DATABASE_URL: its name, its password or the name of the database is wrong.'
  if (isDatabaseAway(error)) return 'The database at DATABASE_URL cannot be reached.'
  if (isDenied(error))
    return 'The user of DATABASE_URL may not do this: db:migrate, db:roles and keys:rotate are for the owner of the tables, and what the rest needs is granted by npm run db:roles.'
  return undefined
}
