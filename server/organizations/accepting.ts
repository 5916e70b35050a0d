import { and, eq, exists, gt, isNull, or, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { invitations, memberships, organizations, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { openOrganizer, organizerOf } from '../organizers/organizer.ts'
import { sessionOf, tokenHash } from '../organizers/sessions.ts'
import { type Browser, comeIn, type SignedIn } from '../organizers/signing-in.ts'
import { checkedName } from '../pledges/name.ts'
import { Refusal } from '../refusal.ts'
import type { Accepted, InvitationAcceptance, InvitationPreview } from './contract.ts'
import { addMember } from './members.ts'

type InvitationRow = typeof invitations.$inferSelect

/** What the link asks its reader into; nothing changes. @throws Refusal `token-invalid`, `token-expired` */
export async function previewInvitation(deps: Deps, token: string): Promise<InvitationPreview> {
  const [row] = await deps.db
    .select()
    .from(invitations)
    .where(isGood(deps.db, token, deps.now()))
  if (!row) throw await notGood(deps.db, token)
  const { name } = await organizationIn(deps.db, row)
  const { email } = openOrganizer(deps.keys, row)
  const known = await deps.db
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, row.emailDigest))
  return {
    organization: { name },
    role: row.role,
    email,
    expiresAt: row.expiresAt.toISOString(),
    isNew: known.length === 0,
  }
}

/**
 * Makes whom the letter was written to a member: the mail is the proof. She is signed in too, unless she has a
 * passkey: then that alone lets her in.
 * @returns with the cookies of a new session, where one was started
 * @throws Refusal `token-invalid`, `token-expired`, `name-too-long`, `name-not-allowed`
 */
export async function acceptInvitation(
  deps: Deps,
  { token, name: typed }: InvitationAcceptance,
  browser: Browser,
): Promise<{ accepted: Accepted; signedIn?: SignedIn }> {
  const name = checkedName(typed)
  const now = deps.now()
  const session = browser.session ? await sessionOf(deps.db, browser.session, now) : undefined
  return await transaction(deps.db, async (tx) => {
    const invitation = await useUp(tx, token, now)
    const { organizationId } = invitation
    const contact = { ...openOrganizer(deps.keys, invitation), ...(name && { name }) }
    const organizerId = await organizerOf(tx, deps.keys, contact, now)
    const role = await addMember(tx, { organizationId, organizerId, role: invitation.role, now })
    const isHere = session?.organizerId === organizerId
    const signedIn = isHere ? undefined : await comeIn(deps, tx, { organizerId, now, browser })
    const sessionId = isHere ? session.id : (signedIn?.sessionId ?? null)
    const details = { invitation: invitation.id, role }
    const by = { organizerId, sessionId }
    await writeDown(tx, { at: now, by, action: 'member.join', organizationId, details })
    const organization = await organizationIn(tx, invitation)
    return {
      accepted: {
        organization: { slug: organization.slug, name: organization.name },
        role,
        isSignedIn: sessionId !== null,
      },
      ...(signedIn && { signedIn }),
    }
  })
}

/** Of two clicks one wins: whoever deletes the row has used the invitation. */
async function useUp(tx: Tx, token: string, now: Date): Promise<InvitationRow> {
  const [used] = await tx
    .delete(invitations)
    .where(isGood(tx, token, now))
    .returning()
  if (!used) throw await notGood(tx, token)
  return used
}

/** Judged at the moment of the call: the inviter is still an owner, or is whoever runs the server. */
function isGood(db: DbOrTx, token: string, now: Date) {
  const inviter = db
    .select({ one: sql`1` })
    .from(memberships)
    .where(
      and(
        eq(memberships.organizationId, invitations.organizationId),
        eq(memberships.organizerId, invitations.invitedBy),
        eq(memberships.role, 'owner'),
      ),
    )
  return and(
    eq(invitations.tokenHash, tokenHash(token)),
    gt(invitations.expiresAt, now),
    or(isNull(invitations.invitedBy), exists(inviter)),
  )
}

async function notGood(db: DbOrTx, token: string): Promise<Refusal> {
  const isThere = (await db.$count(invitations, eq(invitations.tokenHash, tokenHash(token)))) > 0
  if (isThere) {
    const detail = 'This invitation has expired. Ask an owner of the organization to send it again.'
    return new Refusal('token-expired', detail)
  }
  const detail =
    'This invitation is not good any more: it was accepted or cancelled, or a newer one was sent. ' +
    'If you accepted it, sign in; otherwise look for the newest letter, or ask for another.'
  return new Refusal('token-invalid', detail)
}

async function organizationIn(db: DbOrTx, { organizationId }: InvitationRow) {
  const [found] = await db.select().from(organizations).where(eq(organizations.id, organizationId))
  if (!found) throw new Error(`an invitation into organization ${organizationId}, which is not there`)
  return found
}
