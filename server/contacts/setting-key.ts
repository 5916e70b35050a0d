import { timingSafeEqual } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { isTaken, transaction, type Tx } from '../db/db.ts'
import { organizationKeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { lockedMembers, requireOwner } from '../organizations/members.ts'
import type { Member } from '../organizers/actor.ts'
import { afterTheWait } from '../organizers/waiting.ts'
import { Refusal } from '../refusal.ts'
import { sealTo } from './box.ts'
import type { NewKey, TrialBox } from './contract.ts'
import { currentKey, fingerprintOf, type OrganizationKey } from './key.ts'
import { noticeKey } from './key-notices.ts'

/**
 * The trial of a key: whoever opens the box holds its private half, so nothing will be sealed that nobody can open.
 * What is in it follows from the key, so that nothing has to be remembered until the answer.
 * @throws Refusal `key-refused`
 */
export function tryKey(deps: Pick<Deps, 'keys'>, member: Member, publicKey: string): TrialBox {
  const bytes = Buffer.from(publicKey, 'base64url')
  try {
    return { box: sealTo(bytes, proofOf(deps, member, bytes)).toString('base64url') }
  } catch {
    throw refused()
  }
}

/**
 * An organization's first key counts at once; another replaces it once a second owner approves, or after 72 hours in
 * which any owner can say no. All owners are told.
 * @throws Refusal `key-refused`, `key-waiting`
 */
export async function setKey(deps: Deps, member: Member, given: NewKey): Promise<void> {
  const publicKey = Buffer.from(given.publicKey, 'base64url')
  const proof = Buffer.from(given.proof, 'base64url')
  if (!timingSafeEqual(proof, proofOf(deps, member, publicKey))) throw refused()
  const wrappedKey = Buffer.from(given.wrappedKey, 'base64url')
  await transaction(deps.db, (tx) => writeKey(tx, deps, member, { publicKey, wrappedKey }))
}

interface Pair {
  publicKey: Buffer
  wrappedKey: Buffer
}

async function writeKey(tx: Tx, { now }: Deps, member: Member, pair: Pair): Promise<void> {
  const at = now()
  requireOwner(member, await lockedMembers(tx, member.organization.id))
  const before = currentKey(await keysOf(tx, member.organization.id), at)
  const fingerprint = fingerprintOf(pair.publicKey)
  const takesEffectAt = before ? afterTheWait(at) : at
  await insertKey(tx, {
    ...pair,
    fingerprint,
    takesEffectAt,
    organizationId: member.organization.id,
    replaces: before?.fingerprint ?? null,
    askedBy: member.organizerId,
    askedAt: at,
  })
  await announceCampaigns(tx)
  await writeDown(tx, {
    at,
    by: member,
    action: before ? 'organization-key.replace' : 'organization-key.set',
    organizationId: member.organization.id,
    details: { fingerprint: fingerprint.toString('hex'), takesEffectAt: takesEffectAt.toISOString() },
  })
  await noticeKey(tx, at, member.organization.id, before ? 'asked' : 'set', { fingerprint, takesEffectAt })
}

export async function keysOf(tx: Tx, organizationId: number): Promise<OrganizationKey[]> {
  return await tx.select().from(organizationKeys).where(eq(organizationKeys.organizationId, organizationId))
}

async function insertKey(tx: Tx, row: typeof organizationKeys.$inferInsert): Promise<void> {
  try {
    await tx.insert(organizationKeys).values(row)
  } catch (error) {
    if (isTaken(error, 'organization_keys_replaces_key')) {
      throw new Refusal('key-waiting', 'Another key waits already. Approve it or take it back first.')
    }
    if (isTaken(error, 'organization_keys_pkey')) throw refused()
    throw error
  }
}

function proofOf({ keys }: Pick<Deps, 'keys'>, { organization, organizerId }: Member, publicKey: Buffer) {
  const of = Buffer.from(`${organization.id} ${organizerId} `)
  return keys.mac('key-trial', Buffer.concat([of, publicKey]))
}

function refused(): Refusal {
  return new Refusal('key-refused', 'This key did not pass its trial. Make another one.')
}
