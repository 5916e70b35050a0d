import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { ServerKeys } from '../config/secret-key.ts'
import { StartRefused } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { deploymentKeys } from '../db/schema.ts'
import { type Keys, openKeys, SealedByAnother } from '../keys.ts'
import { type ContactKeys, openContactKeys } from './contact-keys.ts'
import type { SealedColumn } from './sealed-column.ts'

const NAME = 'deployment'
const CONTEXT = Buffer.from(NAME)
const NONE_YET = Buffer.alloc(0)

/**
 * All keys of this server; makes the deployment's own where the database has none yet. Two that start at once make one.
 * @throws StartRefused where SECRET_KEY is not the one that the database was sealed with
 */
export async function openKeysOf(
  db: Db,
  serverKeys: ServerKeys,
): Promise<{ keys: Keys; contactKeys: ContactKeys }> {
  const wrapping = openKeys({ ...serverKeys, deploymentKey: NONE_YET })
  const key = wrapping.seal('deployment-key', randomBytes(32), CONTEXT)
  await db.insert(deploymentKeys).values({ name: NAME, key }).onConflictDoNothing()
  const [row] = await db.select().from(deploymentKeys)
  if (!row) throw new Error('no deployment key was made')
  const contactKeys = openContactKeys(db, wrapping)
  const deploymentKey = unwrapped(wrapping, row.key)
  return { keys: openKeys({ ...serverKeys, deploymentKey }, contactKeys), contactKeys }
}

function unwrapped(wrapping: Keys, key: Buffer): Buffer {
  try {
    return wrapping.open('deployment-key', key, CONTEXT)
  } catch (error) {
    if (!(error instanceof SealedByAnother)) throw error
    throw new StartRefused(
      'SECRET_KEY is not the one that this database was sealed with. If you changed it, name the former one in SECRET_KEYS_OLD.',
    )
  }
}

export const sealedDeploymentKey: SealedColumn = {
  what: 'the deployment’s own key',
  table: 'deployment_keys',
  column: 'key',
  key: { name: 'text' },
  sealedAs: () => ({ purpose: 'deployment-key', context: CONTEXT }),
}

/** Part of a rotation that found something; when the last one was is when what came before can no longer be signed. */
export async function noteRotation(db: Db, at: Date): Promise<void> {
  await db
    .update(deploymentKeys)
    .set({ rotatedAt: sql`greatest(${deploymentKeys.rotatedAt}, ${at.toISOString()}::timestamptz)` })
}

export async function lastRotation(db: Db): Promise<Date | null> {
  const [row] = await db.select({ rotatedAt: deploymentKeys.rotatedAt }).from(deploymentKeys)
  return row?.rotatedAt ?? null
}
