import { createSecretKey, generateKeySync, type KeyObject, randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { campaignKeys } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'

/**
 * The key under which a campaign's addresses become digests: random for each campaign, kept sealed by the server key.
 * When a campaign's retention ends it is destroyed, and nobody can test any more whether an address pledged.
 */
export async function insertDigestKey(
  tx: Tx,
  keys: Keys,
  { campaignId, slug }: { campaignId: number; slug: string },
): Promise<void> {
  const digestKey = keys.seal('digest-key', randomBytes(32), Buffer.from(slug))
  await tx.insert(campaignKeys).values({ campaignId, digestKey })
}

/** Where it was destroyed, one that nobody keeps: no address has a digest that is known. */
export function openDigestKey(keys: Keys, slug: string, sealed: Buffer | undefined): KeyObject {
  if (!sealed) return generateKeySync('hmac', { length: 256 })
  return createSecretKey(keys.open('digest-key', sealed, Buffer.from(slug)))
}

/** The key is sealed together with the slug, and moves with it. */
export async function moveDigestKey(
  tx: Tx,
  keys: Keys,
  { campaignId, from, to }: { campaignId: number; from: string; to: string },
): Promise<void> {
  const isOfCampaign = eq(campaignKeys.campaignId, campaignId)
  const [row] = await tx.select().from(campaignKeys).where(isOfCampaign).for('update')
  if (!row) return
  const key = keys.open('digest-key', row.digestKey, Buffer.from(from))
  await tx
    .update(campaignKeys)
    .set({ digestKey: keys.seal('digest-key', key, Buffer.from(to)) })
    .where(isOfCampaign)
}

export const sealedDigestKeys: SealedColumn = {
  what: 'keys of campaigns',
  table: 'campaign_keys',
  column: 'digest_key',
  key: { campaign_id: 'int' },
  also: [sql`(select slug from campaigns where id = campaign_id) as slug`],
  sealedAs: ({ slug }) => ({ purpose: 'digest-key', context: Buffer.from(String(slug)) }),
}
