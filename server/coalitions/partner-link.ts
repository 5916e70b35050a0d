import { and, eq, exists, gt, sql } from 'drizzle-orm'
import type { DbOrTx, Tx } from '../db/db.ts'
import { campaigns, memberships, partnerInvitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { tokenHash } from '../organizers/sessions.ts'
import { Refusal } from '../refusal.ts'

export type PartnerInvitation = typeof partnerInvitations.$inferSelect

/** The invitation of a link that is still good. @throws Refusal `token-invalid`, `token-expired` */
export async function invitationOf({ db, now }: Deps, token: string): Promise<PartnerInvitation> {
  const [row] = await db
    .select()
    .from(partnerInvitations)
    .where(isGood(db, token, now()))
  if (!row) throw await notGood(db, token)
  return row
}

/** Of two clicks one wins: whoever deletes the row has used the invitation. @throws as `invitationOf` */
export async function useUp(tx: Tx, token: string, now: Date): Promise<PartnerInvitation> {
  const [used] = await tx
    .delete(partnerInvitations)
    .where(isGood(tx, token, now))
    .returning()
  if (!used) throw await notGood(tx, token)
  return used
}

/** Whoever a member of the host asked in comes in only while that member is an owner there. */
function isGood(db: DbOrTx, token: string, now: Date) {
  const inviter = db
    .select({ one: sql`1` })
    .from(memberships)
    .innerJoin(campaigns, eq(campaigns.organizationId, memberships.organizationId))
    .where(
      and(
        eq(campaigns.id, partnerInvitations.campaignId),
        eq(memberships.organizerId, partnerInvitations.invitedBy),
        eq(memberships.role, 'owner'),
      ),
    )
  return and(
    eq(partnerInvitations.tokenHash, tokenHash(token)),
    gt(partnerInvitations.expiresAt, now),
    exists(inviter),
  )
}

async function notGood(db: DbOrTx, token: string): Promise<Refusal> {
  const [expired] = await db
    .select({ id: partnerInvitations.id })
    .from(partnerInvitations)
    .where(eq(partnerInvitations.tokenHash, tokenHash(token)))
  if (expired) {
    const detail = 'This invitation is not good any more. Ask whoever invited you to send it again.'
    return new Refusal('token-expired', detail)
  }
  const detail =
    'This invitation was accepted or cancelled, or a newer one was sent. ' +
    'If you accepted it, sign in; otherwise look for the newest letter, or ask for another.'
  return new Refusal('token-invalid', detail)
}
