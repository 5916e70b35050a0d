import { and, eq, gt, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { AuditAction } from '../audit/contract.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { organizationKeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { lockedMembers, requireOwner } from '../organizations/members.ts'
import type { Member } from '../organizers/actor.ts'
import { DELAY_HOURS, noLaterThan } from '../organizers/waiting.ts'
import { Refusal } from '../refusal.ts'
import { type KeyChange, noticeKey } from './key-notices.ts'

type Row = typeof organizationKeys.$inferSelect

/** The key that is to replace another, and does not yet. */
export async function waitingKey(db: DbOrTx, organizationId: number, now: Date): Promise<Row | undefined> {
  const [row] = await db
    .select()
    .from(organizationKeys)
    .where(and(eq(organizationKeys.organizationId, organizationId), gt(organizationKeys.takesEffectAt, now)))
  return row
}

/**
 * Whether an owner's word is enough: not her own request, and not that of whom an intruder asked in a moment before.
 */
export async function mayApprove(
  db: DbOrTx,
  { organizerId, organization }: Member,
  key: Pick<Row, 'askedBy' | 'askedAt'>,
): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from memberships
    where organization_id = ${organization.id} and organizer_id = ${organizerId} and role = 'owner'
      and organizer_id <> ${key.askedBy}
      and owner_since <= ${key.askedAt.toISOString()}::timestamptz - ${DELAY_HOURS}::int * interval '1 hour'`)
  return rows.length > 0
}

/** Another owner knows of it: it counts at once. @throws Refusal `not-found`, `approval-not-hers` */
export async function approveKey({ db, now }: Deps, owner: Member, fingerprint: string): Promise<void> {
  const at = now()
  await transaction(db, async (tx) => {
    const key = await lockWaiting(tx, owner, fingerprint, at)
    if (!(await mayApprove(tx, owner, key))) {
      throw new Refusal(
        'approval-not-hers',
        `Only somebody else, who was an owner for ${DELAY_HOURS} hours when it was asked for, can approve. Otherwise it takes the ${DELAY_HOURS} hours.`,
      )
    }
    const takesEffectAt = noLaterThan(organizationKeys.takesEffectAt, at)
    await tx.update(organizationKeys).set({ approvedBy: owner.organizerId, takesEffectAt }).where(isKey(key))
    await told(tx, owner, { ...key, takesEffectAt: at }, at, ['organization-key.approve', 'approved'])
  })
}

/** An owner says no: nothing was ever sealed to it. @throws Refusal `not-found` */
export async function cancelKey({ db, now }: Deps, owner: Member, fingerprint: string): Promise<void> {
  const at = now()
  await transaction(db, async (tx) => {
    const key = await lockWaiting(tx, owner, fingerprint, at)
    await tx.delete(organizationKeys).where(isKey(key))
    await told(tx, owner, key, at, ['organization-key.cancel', 'cancelled'])
  })
}

async function lockWaiting(tx: Tx, owner: Member, fingerprint: string, at: Date): Promise<Row> {
  requireOwner(owner, await lockedMembers(tx, owner.organization.id))
  const key = await waitingKey(tx, owner.organization.id, at)
  if (key?.fingerprint.toString('hex') === fingerprint) return key
  throw new Refusal('not-found', 'This key does not wait any more: it was taken back, or counts by now.')
}

async function told(
  tx: Tx,
  by: Member,
  key: Row,
  at: Date,
  [action, change]: [AuditAction, KeyChange],
): Promise<void> {
  const { organizationId } = key
  await announceCampaigns(tx)
  const details = { fingerprint: key.fingerprint.toString('hex') }
  await writeDown(tx, { at, by, action, organizationId, details })
  await noticeKey(tx, at, organizationId, change, key)
}

function isKey({ organizationId, fingerprint }: Pick<Row, 'organizationId' | 'fingerprint'>) {
  return and(
    eq(organizationKeys.organizationId, organizationId),
    eq(organizationKeys.fingerprint, fingerprint),
  )
}
