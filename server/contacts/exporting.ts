import { finished, Readable } from 'node:stream'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import { organizationKeys } from '../db/schema.ts'
import { openSnapshot, type Snapshot } from '../db/snapshot.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import type { Contacts, SealedLine, WrappedKeys } from './contract.ts'
import { currentKey } from './key.ts'

/** Whoever takes longer would keep Postgres from cleaning up behind everybody else. */
const LIMIT_MS = 10 * 60_000

/** Of the organization that asks alone. Who was excluded is left out, and comes back with her undo. */
function exportable({ campaign, organization }: CampaignMember) {
  return sql`organization_id = ${organization.id} and sealed.campaign_id = ${campaign.id} and exists (
    select from pledges where campaign_id = sealed.campaign_id and email_digest = sealed.email_digest
      and address_digest = sealed.address_digest and state = 'confirmed')`
}

/** How many there are to take out, by the key it takes. */
export async function countContacts(deps: Deps, member: CampaignMember): Promise<Contacts> {
  const { slug, name, id } = member.organization
  const { rows } = await deps.db.execute<{ fingerprint: Buffer; contacts: number }>(sql`
    select fingerprint, count(*)::int as contacts from sealed_contacts sealed
    where ${exportable(member)} group by 1 order by 2 desc, 1`)
  const keys = await deps.db.select().from(organizationKeys).where(eq(organizationKeys.organizationId, id))
  const current = currentKey(keys, deps.now())
  return {
    organization: { slug, name },
    isAskedFor: member.campaign.contactMode === 'contactable',
    ...(current && { key: current.fingerprint.toString('hex') }),
    keys: rows.map(({ fingerprint, contacts }) => ({ fingerprint: fingerprint.toString('hex'), contacts })),
  }
}

/** The keys that contacts of this campaign are sealed to, as passphrases wrap them. */
export async function wrappedKeys(deps: Deps, member: CampaignMember): Promise<WrappedKeys> {
  const { keys } = await countContacts(deps, member)
  const fingerprints = keys.map(({ fingerprint }) => Buffer.from(fingerprint, 'hex'))
  const rows = await deps.db
    .select()
    .from(organizationKeys)
    .where(
      and(
        eq(organizationKeys.organizationId, member.organization.id),
        inArray(organizationKeys.fingerprint, fingerprints),
      ),
    )
  await note(deps, member, 'organization-key.read', { keys: rows.length })
  return {
    keys: rows.map(({ fingerprint, publicKey, wrappedKey }) => ({
      fingerprint: fingerprint.toString('hex'),
      publicKey: publicKey.toString('base64url'),
      wrappedKey: wrappedKey.toString('base64url'),
    })),
  }
}

export interface SealedExport {
  /** How many lines there will be. */
  rows: number
  /** A JSON line for each contact, in an order that follows from no time: a `SealedLine`. */
  content: Readable
}

/**
 * All contacts, sealed as they are. That they were taken out is noted on each before the first one leaves, so that
 * whoever takes her sharing back is not told otherwise. @throws Refusal `busy`
 */
export async function exportContacts(deps: Deps, member: CampaignMember): Promise<SealedExport> {
  const giveBack = deps.exports.take()
  let snapshot: Snapshot | undefined
  const close = () => {
    snapshot?.close()
    giveBack()
  }
  try {
    await markTaken(deps, member)
    snapshot = await openSnapshot(deps.db)
    const rows = await countTaken(snapshot, member)
    await note(deps, member, 'export.make', { kind: 'contacts', form: 'ndjson', rows })
    const content = Readable.from(linesOf(snapshot, member), { objectMode: false })
    const limit = setTimeout(() => content.destroy(new Error('an export took too long')), LIMIT_MS)
    finished(content, () => {
      clearTimeout(limit)
      close()
    })
    return { rows, content }
  } catch (error) {
    close()
    throw error
  }
}

/** In the order of their keys, as everybody locks them. */
async function markTaken({ db }: Deps, member: CampaignMember): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.execute(sql`
      with meant as materialized (
        select campaign_id, email_digest, address_digest, organization_id from sealed_contacts sealed
        where ${exportable(member)} and not is_taken order by 1, 2, 3, 4 for update of sealed)
      update sealed_contacts as sealed set is_taken = true from meant
      where (sealed.campaign_id, sealed.email_digest, sealed.address_digest, sealed.organization_id)
        = (meant.campaign_id, meant.email_digest, meant.address_digest, meant.organization_id)`)
  })
}

async function countTaken(snapshot: Snapshot, member: CampaignMember): Promise<number> {
  const [counted] = await snapshot.all<{ rows: number }>(sql`
    select count(*)::int as rows from sealed_contacts sealed where ${exportable(member)} and is_taken`)
  return counted?.rows ?? 0
}

async function* linesOf(snapshot: Snapshot, member: CampaignMember): AsyncGenerator<string> {
  const sealed = snapshot.rows<{ fingerprint: Buffer; day: string; box: Buffer }>(sql`
    select fingerprint, day::text, box from sealed_contacts sealed
    where ${exportable(member)} and is_taken order by day, box`)
  for await (const rows of sealed) yield rows.map(lineOf).join('')
}

function lineOf({ fingerprint, day, box }: { fingerprint: Buffer; day: string; box: Buffer }): string {
  const line: SealedLine = { fingerprint: fingerprint.toString('hex'), day, box: box.toString('base64url') }
  return `${JSON.stringify(line)}\n`
}

async function note(
  { db, now }: Deps,
  member: CampaignMember,
  action: 'export.make' | 'organization-key.read',
  details: Record<string, unknown>,
): Promise<void> {
  const { campaign, organization } = member
  const of = { organizationId: organization.id, campaignId: campaign.id }
  await writeDown(db, { at: now(), by: member, action, ...of, details })
}
