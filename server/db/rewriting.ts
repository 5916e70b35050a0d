import { type Db, isLockedOut } from './db.ts'

/** A reader of the table waits no longer than this for a rewriting that itself waits for somebody. */
const PATIENCE = '500ms'

/**
 * Writes a small table anew into another file, so that nothing of what was deleted is left in it.
 * @returns false where somebody had the table in hand for too long, such as a dump
 */
export async function rewriteTable(db: Db, table: string): Promise<boolean> {
  const client = await db.$client.connect()
  try {
    await client.query(`set lock_timeout = '${PATIENCE}'`)
    await client.query(`vacuum (full) ${client.escapeIdentifier(table)}`)
    await client.query('reset lock_timeout')
    client.release()
    return true
  } catch (error) {
    // The connection goes with its setting.
    client.release(true)
    if (isLockedOut(error)) return false
    throw error
  }
}
