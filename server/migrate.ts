/** `npm run db:migrate`: the newest schema, and the campus directory in it. */
import { readConfig, StartRefused } from './config.ts'
import { databaseOf, prepareDatabase } from './database.ts'

try {
  const database = await databaseOf(readConfig())
  await prepareDatabase(database.url)
  await database.close()
  process.stdout.write('The database is up to date.\n')
} catch (error) {
  if (!(error instanceof StartRefused)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
