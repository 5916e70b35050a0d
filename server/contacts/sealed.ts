import { and, eq, type SQL, sql } from 'drizzle-orm'
import { hex } from '../db/bytes.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
import { organizations, sealedContacts } from '../db/schema.ts'
import type { PledgeKey } from '../pledges/mailbox.ts'
import type { Box } from './sealing.ts'

interface OfPledge extends PledgeKey {
  boxes: Box[]
}

/** Kept by the day alone. Sharing anew what is shared takes the place of what was there. */
export async function writeBoxes(tx: Tx, at: Date, shared: OfPledge[]): Promise<void> {
  const records = shared.flatMap(({ campaignId, emailDigest, addressDigest, boxes }) =>
    boxes.map(({ organizationId, fingerprint, box }) => ({
      campaign_id: campaignId,
      email_digest: hex(emailDigest),
      address_digest: hex(addressDigest),
      organization_id: organizationId,
      fingerprint: hex(fingerprint),
      box: hex(box),
      day: at.toISOString().slice(0, 10),
      is_taken: false,
    })),
  )
  if (records.length === 0) return
  await tx.execute(sql`
    insert into sealed_contacts
    select * from json_populate_recordset(null::sealed_contacts, ${JSON.stringify(records)}::json) order by 1, 2, 3, 4
    on conflict on constraint sealed_contacts_pkey do update
      set fingerprint = excluded.fingerprint, box = excluded.box, day = excluded.day, is_taken = false`)
}

/** What an organization has taken out already is beyond our reach. */
export async function deleteBoxes(tx: Tx, key: PledgeKey, organizationId?: number): Promise<void> {
  const which = organizationId === undefined ? undefined : eq(sealedContacts.organizationId, organizationId)
  await tx.delete(sealedContacts).where(and(isOf(key), which))
}

export interface SharedWith {
  organizationId: number
  slug: string
  name: string
  fingerprint: Buffer
  isTaken: boolean
}

/** With whom a confirmed pledge's contact is shared. */
export async function sharedWith(db: DbOrTx, key: PledgeKey): Promise<SharedWith[]> {
  const { organizationId, fingerprint, isTaken } = sealedContacts
  return await db
    .select({ organizationId, slug: organizations.slug, name: organizations.name, fingerprint, isTaken })
    .from(sealedContacts)
    .innerJoin(organizations, eq(organizations.id, organizationId))
    .where(isOf(key))
    .orderBy(organizations.name)
}

function isOf({ campaignId, emailDigest, addressDigest }: PledgeKey): SQL | undefined {
  return and(
    eq(sealedContacts.campaignId, campaignId),
    eq(sealedContacts.emailDigest, emailDigest),
    eq(sealedContacts.addressDigest, addressDigest),
  )
}
