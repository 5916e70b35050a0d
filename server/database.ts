import { loadCampusDirectory } from './campuses/directory.ts'
import type { Config } from './config.ts'
import { openDb } from './db/db.ts'
import { embeddedPostgres } from './db/embedded.ts'
import { migrateDatabase } from './db/migrate.ts'
import { renewRoles } from './db/roles.ts'

export interface OpenedDatabase {
  url: string
  /** Stops the embedded server, where this process started it. */
  close(): Promise<void>
}

/** The database that the settings name, or the embedded one. */
export async function databaseOf({ databaseUrl, dataDir }: Config): Promise<OpenedDatabase> {
  if (databaseUrl) return { url: databaseUrl, close: async () => {} }
  const { url, stop } = await embeddedPostgres(dataDir)
  return { url, close: stop }
}

/**
 * Brings the schema, the campus directory and what the roles may do up to date; doing it again, or twice at once, does no
 * harm.
 * @returns whether there are roles
 */
export async function prepareDatabase(
  url: string,
  passwords: Config['databasePasswords'] = {},
): Promise<boolean> {
  await migrateDatabase(url)
  const db = openDb({ url, connections: 1 })
  try {
    await loadCampusDirectory(db)
    return await renewRoles(db, passwords)
  } finally {
    await db.$client.end()
  }
}
