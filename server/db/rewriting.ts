import { type Db, isLockedOut } from './db.ts'

/** A reader of the table waits no longer than this for a rewriting that itself waits for somebody. */
const PATIENCE = '500ms'

/**
 * Writes a small table anew into another file, so that nothing of what was deleted is left in it.
 * @returns false where somebody had the table in hand for too long, such as a dump, or this role may not
 */
export async function rewriteTable(db: Db, table: string): Promise<boolean> {
  const client = await db.$client.connect()
  let isDone = true
  // Postgres passes over a table that is another's with a warning.
  const hear = ({ severity }: { severity?: string | undefined }) => (isDone &&= severity !== 'WARNING')
  client.on('notice', hear)
  try {
    await client.query(`set lock_timeout = '${PATIENCE}'`)
    await client.query(`vacuum (full) ${client.escapeIdentifier(table)}`)
    await client.query('reset lock_timeout')
    client.off('notice', hear)
    client.release()
    return isDone
  } catch (error) {
    // The connection goes with its setting.
    client.release(true)
    if (isLockedOut(error)) return false
    throw error
  }
}
