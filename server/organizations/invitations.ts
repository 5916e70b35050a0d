import { and, eq, lte, sql } from 'drizzle-orm'
import { timesToday, writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { invitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'
import type { Role } from '../organizers/access.ts'
import type { Member } from '../organizers/actor.ts'
import {
  FIRST_LOCALE,
  localeOf,
  openOrganizer,
  organizerDigest,
  organizerEmail,
  sealOrganizer,
  sealedAsOrganizer,
} from '../organizers/organizer.ts'
import { newToken, tokenHash } from '../organizers/sessions.ts'
import { Refusal } from '../refusal.ts'
import type { InvitationRequest } from './contract.ts'
import { invitationLetter } from './invitation-email.ts'
import { lockedMembers, requireOwner, roleOf, type Whom } from './members.ts'

export const INVITATION_HOURS = 24
const HOUR_MS = 3_600_000

/** Letters that the owners of an organization may have sent in a day, so that nobody is flooded through them. */
const LETTERS_A_DAY = 50

/** @throws Refusal `email-invalid`, `already-member`, `already-invited`, `too-many-invitations` */
export async function invite(deps: Deps, by: Member, request: InvitationRequest): Promise<void> {
  const email = organizerEmail(request.email)
  const { role } = request
  const organizationId = by.organization.id
  await transaction(deps.db, async (tx) => {
    requireOwner(by, await lockedMembers(tx, organizationId))
    await requireLetterLeft(tx, deps, by)
    await requireNoMember(tx, deps, { organizationId, email })
    const locale = request.locale ?? (await localeOf(tx, deps.keys, email)) ?? FIRST_LOCALE
    const invited = { organizationId, email, role, locale, invitedBy: by.organizerId }
    const made = await writeInvitation(tx, deps, invited)
    if (!made) throw alreadyInvited(email)
    await invitationLetter(tx, deps, { ...made, email, locale })
    await writeDownInvitation(tx, deps, by, { invitation: made.id, role })
  })
}

/** Sends a new link to the same address; the one before is void. @throws Refusal `no-invitation`, `too-many-invitations` */
export async function inviteAgain(deps: Deps, by: Member, id: number): Promise<void> {
  await transaction(deps.db, async (tx) => {
    requireOwner(by, await lockedMembers(tx, by.organization.id))
    await requireLetterLeft(tx, deps, by)
    const { token, ...link } = newLink(deps)
    const [row] = await tx
      .update(invitations)
      .set({ ...link, invitedBy: by.organizerId })
      .where(isInvitation(by, id))
      .returning()
    if (!row) throw noInvitation()
    const { email, locale = FIRST_LOCALE } = openOrganizer(deps.keys, row)
    await invitationLetter(tx, deps, { token, email, locale })
    await writeDownInvitation(tx, deps, by, { invitation: id, role: row.role, again: true })
  })
}

/** @throws Refusal `no-invitation` */
export async function cancelInvitation({ db, now }: Deps, by: Member, id: number): Promise<void> {
  await transaction(db, async (tx) => {
    const [gone] = await tx.delete(invitations).where(isInvitation(by, id)).returning()
    if (!gone) throw noInvitation()
    const organizationId = by.organization.id
    const details = { invitation: id, role: gone.role }
    await writeDown(tx, { at: now(), by, action: 'invitation.cancel', organizationId, details })
  })
}

/** The operator asks an owner in, from the machine itself. A link sent before is void. @returns the new link's token */
export async function inviteOwner(
  tx: Tx,
  deps: Pick<Deps, 'keys' | 'now'>,
  invited: { organizationId: number; email: string; locale: string },
): Promise<{ id: number; token: string }> {
  const made = await writeInvitation(tx, deps, { ...invited, role: 'owner', invitedBy: null, replaces: true })
  if (!made) throw new Error('no invitation was made')
  const { organizationId } = invited
  const details = { invitation: made.id, role: 'owner' }
  await writeDown(tx, { at: deps.now(), by: null, action: 'member.invite', organizationId, details })
  return made
}

interface NewInvitation {
  organizationId: number
  email: string
  role: Role
  locale: string
  invitedBy: number | null
  /** Whether one that is still good is made void; else only one that has expired is. */
  replaces?: boolean
}

async function writeInvitation(
  tx: Tx,
  deps: Pick<Deps, 'keys' | 'now'>,
  { organizationId, email, role, locale, invitedBy, replaces = false }: NewInvitation,
): Promise<{ id: number; token: string } | undefined> {
  const { token, ...link } = newLink(deps)
  const renewed = { ...link, role, invitedBy, contact: sealOrganizer(deps.keys, { email, locale }) }
  const [made] = await tx
    .insert(invitations)
    .values({ ...renewed, organizationId, emailDigest: organizerDigest(deps.keys, email) })
    .onConflictDoUpdate({
      target: [invitations.organizationId, invitations.emailDigest],
      set: renewed,
      ...(!replaces && { setWhere: lte(invitations.expiresAt, link.invitedAt) }),
    })
    .returning({ id: invitations.id })
  return made && { id: made.id, token }
}

function newLink({ now }: Pick<Deps, 'now'>) {
  const token = newToken()
  const invitedAt = now()
  const expiresAt = new Date(invitedAt.getTime() + INVITATION_HOURS * HOUR_MS)
  return { token, tokenHash: tokenHash(token), invitedAt, expiresAt }
}

function isInvitation({ organization }: Member, id: number) {
  return and(eq(invitations.organizationId, organization.id), eq(invitations.id, id))
}

async function requireLetterLeft(tx: Tx, { now }: Deps, { organization }: Member): Promise<void> {
  const sent = await timesToday(tx, { at: now(), action: 'member.invite', organizationId: organization.id })
  if (sent < LETTERS_A_DAY) return
  const detail = `An organization sends at most ${LETTERS_A_DAY} invitations a day. Go on tomorrow.`
  throw new Refusal('too-many-invitations', detail)
}

async function requireNoMember(tx: Tx, deps: Deps, whom: Whom): Promise<void> {
  const role = await roleOf(tx, deps, whom)
  if (!role) return
  const detail = `${whom.email} is a member already, with the role ${role}. Change the role in the list of members.`
  throw new Refusal('already-member', detail, { field: 'email' })
}

function alreadyInvited(email: string): Refusal {
  const detail = `${email} is invited already. Send that invitation again, or cancel it first.`
  return new Refusal('already-invited', detail, { field: 'email' })
}

function noInvitation(): Refusal {
  const detail = 'This invitation was accepted or cancelled meanwhile. Load the page again.'
  return new Refusal('no-invitation', detail)
}

async function writeDownInvitation(
  tx: Tx,
  { now }: Deps,
  by: Member,
  details: { invitation: number; role: Role; again?: true },
): Promise<void> {
  const organizationId = by.organization.id
  await writeDown(tx, { at: now(), by, action: 'member.invite', organizationId, details })
}

export const sealedInvitations: SealedColumn = {
  what: 'invitations',
  table: 'invitations',
  column: 'contact',
  key: { id: 'int' },
  also: [sql`email_digest`],
  sealedAs: sealedAsOrganizer,
}
