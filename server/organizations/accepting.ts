import { and, eq, gt } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { invitations, organizations, organizers } from '../db/schema.ts'
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
  const row = await findInvitation(deps.db, token)
  if (!row || row.expiresAt <= deps.now()) throw notGood(row)
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
    .where(and(eq(invitations.tokenHash, tokenHash(token)), gt(invitations.expiresAt, now)))
    .returning()
  if (!used) throw notGood(await findInvitation(tx, token))
  return used
}

async function findInvitation(db: DbOrTx, token: string): Promise<InvitationRow | undefined> {
  const [row] = await db
    .select()
    .from(invitations)
    .where(eq(invitations.tokenHash, tokenHash(token)))
  return row
}

function notGood(expired: InvitationRow | undefined): Refusal {
  if (expired) {
    const detail = 'This invitation has expired. Ask whoever invited you to send it again.'
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
