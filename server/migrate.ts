/** `npm run db:migrate`: the newest schema, the campus directory in it, and what the roles of the database may do. */
import { commandRefused } from './command-refused.ts'
import { readConfig } from './config.ts'
import { databaseOf, prepareDatabase } from './database.ts'
import { roles } from './db/privileges.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const database = await databaseOf(config)
  const hasRoles = await prepareDatabase(database.url, config.databasePasswords)
  await database.close()
  process.stdout.write('The database is up to date.\n')
  if (hasRoles) process.stdout.write(`${roles.web} and ${roles.worker} may do what this version needs.\n`)
}

await main().catch(commandRefused)
