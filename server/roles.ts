/** `npm run db:roles`: makes the roles of the database that processes run as, and gives each what it needs. */
import { commandRefused } from './command-refused.ts'
import { readConfig } from './config.ts'
import { databaseOf } from './database.ts'
import { openDb } from './db/db.ts'
import { grantRoles } from './db/roles.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const database = await databaseOf(config)
  const db = openDb({ url: database.url, connections: 1 })
  try {
    for (const line of await grantRoles(db, config.databasePasswords)) process.stdout.write(`${line}\n`)
  } finally {
    await db.$client.end()
    await database.close()
  }
}

await main().catch(commandRefused)
