import { and, eq, lte, sql } from 'drizzle-orm'
import { timesToday, writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { partnerInvitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'
import type { CampaignMember } from '../organizers/actor.ts'
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
import { lockCoalition } from './coalition-lock.ts'
import type { PartnerInvitationRequest } from './contract.ts'
import { partnerLetter } from './partner-letter.ts'

/** An organization has to be asked before it decides: that takes longer than a person's own invitation. */
const INVITATION_DAYS = 7
const DAY_MS = 24 * 3_600_000

/** Letters that a host may have sent for one campaign in a day, so that nobody is flooded through it. */
const LETTERS_A_DAY = 50

/** @throws Refusal `email-invalid`, `already-invited`, `too-many-invitations` */
export async function invitePartner(
  deps: Deps,
  by: CampaignMember,
  { organizationName, email: typed, locale }: PartnerInvitationRequest,
): Promise<void> {
  const email = organizerEmail(typed)
  await transaction(deps.db, (tx) =>
    writePartnerInvitation(tx, deps, by, {
      organizationName: organizationName.trim(),
      email,
      ...(locale && { locale }),
    }),
  )
}

interface Invited {
  organizationName: string
  /** As `organizerEmail` returns it. */
  email: string
  /** Left out, what she reads already, or English. */
  locale?: string
  /** Of a request to lead that this answers. */
  campusId?: number
}

/** Part of a transaction that does more besides. @throws as `invitePartner` */
export async function writePartnerInvitation(
  tx: Tx,
  deps: Deps,
  by: CampaignMember,
  { organizationName, email, campusId, ...invited }: Invited,
): Promise<void> {
  await lockCoalition(tx, by.campaign.id)
  await requireLetterLeft(tx, deps, by)
  const { token, ...link } = newLink(deps, by)
  const locale = invited.locale ?? (await localeOf(tx, deps.keys, email)) ?? FIRST_LOCALE
  const written = { ...link, organizationName, contact: sealOrganizer(deps.keys, { email, locale }) }
  const [made] = await tx
    .insert(partnerInvitations)
    .values({ ...written, campaignId: by.campaign.id, emailDigest: organizerDigest(deps.keys, email) })
    .onConflictDoUpdate({
      target: [partnerInvitations.campaignId, partnerInvitations.emailDigest],
      set: written,
      setWhere: lte(partnerInvitations.expiresAt, link.invitedAt),
    })
    .returning({ id: partnerInvitations.id })
  if (!made) {
    const detail = `${email} is invited already. Send that invitation again, or cancel it first.`
    throw new Refusal('already-invited', detail, { field: 'email' })
  }
  await partnerLetter(tx, deps, { email, token, locale, ...(campusId !== undefined && { campusId }) })
  await note(tx, deps, by, { invitation: made.id, organizationName })
}

/** Sends a new link to the same address; the one before is void. @throws Refusal `no-invitation`, `too-many-invitations` */
export async function invitePartnerAgain(deps: Deps, by: CampaignMember, id: number): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await lockCoalition(tx, by.campaign.id)
    await requireLetterLeft(tx, deps, by)
    const { token, ...link } = newLink(deps, by)
    const [row] = await tx.update(partnerInvitations).set(link).where(isInvitation(by, id)).returning()
    if (!row) throw noInvitation()
    const { email, locale = FIRST_LOCALE } = openOrganizer(deps.keys, row)
    await partnerLetter(tx, deps, { email, token, locale })
    await note(tx, deps, by, { invitation: id, organizationName: row.organizationName, again: true })
  })
}

/** @throws Refusal `no-invitation` */
export async function cancelPartnerInvitation(
  { db, now }: Deps,
  by: CampaignMember,
  id: number,
): Promise<void> {
  await transaction(db, async (tx) => {
    const [gone] = await tx.delete(partnerInvitations).where(isInvitation(by, id)).returning()
    if (!gone) throw noInvitation()
    const details = { invitation: id, organizationName: gone.organizationName }
    await writeDown(tx, {
      at: now(),
      by,
      action: 'invitation.cancel',
      campaignId: by.campaign.id,
      details,
    })
  })
}

function newLink({ now }: Deps, { organizerId }: CampaignMember) {
  const token = newToken()
  const invitedAt = now()
  const expiresAt = new Date(invitedAt.getTime() + INVITATION_DAYS * DAY_MS)
  return { token, tokenHash: tokenHash(token), invitedBy: organizerId, invitedAt, expiresAt }
}

async function requireLetterLeft(tx: Tx, { now }: Deps, { campaign }: CampaignMember): Promise<void> {
  const sent = await timesToday(tx, { at: now(), action: 'partner.invite', campaignId: campaign.id })
  if (sent < LETTERS_A_DAY) return
  const detail = `A campaign sends at most ${LETTERS_A_DAY} invitations a day. Go on tomorrow.`
  throw new Refusal('too-many-invitations', detail)
}

function isInvitation({ campaign }: CampaignMember, id: number) {
  return and(eq(partnerInvitations.campaignId, campaign.id), eq(partnerInvitations.id, id))
}

function noInvitation(): Refusal {
  const detail = 'This invitation was accepted or cancelled meanwhile. Load the page again.'
  return new Refusal('no-invitation', detail)
}

async function note(
  tx: Tx,
  { now }: Deps,
  by: CampaignMember,
  details: { invitation: number; organizationName: string; again?: true },
): Promise<void> {
  await writeDown(tx, { at: now(), by, action: 'partner.invite', campaignId: by.campaign.id, details })
}

export const sealedPartnerInvitations: SealedColumn = {
  what: 'invitations of partners',
  table: 'partner_invitations',
  column: 'contact',
  key: { id: 'int' },
  also: [sql`email_digest`],
  sealedAs: sealedAsOrganizer,
}
