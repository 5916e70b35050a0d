import { and, eq, ne, notInArray } from 'drizzle-orm'
import { type Doer, writeDown } from '../audit/audit.ts'
import { type Campaign, textIn } from '../campaigns/campaign.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { campaignPartners, campaigns, memberships, organizations, organizers, sources } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { addMember } from '../organizations/members.ts'
import { noticePartnership } from '../organizations/place-notices.ts'
import { makeOrganization } from '../organizations/organization.ts'
import { requireFresh } from '../organizers/actor.ts'
import { openOrganizer, organizerOf } from '../organizers/organizer.ts'
import type { Session } from '../organizers/sessions.ts'
import { type Browser, comeIn, type SignedIn } from '../organizers/signing-in.ts'
import { checkedName } from '../pledges/name.ts'
import { Refusal } from '../refusal.ts'
import type { Joined, Joining, PartnerInvitationPreview } from './contract.ts'
import { invitationOf, type PartnerInvitation, useUp } from './partner-link.ts'
import { addSources } from './sources.ts'

/** Who has the link, and from where. */
interface Reader {
  session: Session | undefined
  browser: Browser
}

/** What the link asks its reader into; nothing changes. @throws Refusal `token-invalid`, `token-expired` */
export async function previewPartnerInvitation(
  deps: Deps,
  token: string,
  session: Session | undefined,
): Promise<PartnerInvitationPreview> {
  const row = await invitationOf(deps, token)
  const campaign = await deps.campaigns.byId(row.campaignId)
  if (!campaign) throw new Error(`an invitation into campaign ${row.campaignId}, which is not there`)
  const { email } = openOrganizer(deps.keys, row)
  const [known] = await deps.db
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, row.emailDigest))
  return {
    campaign: { title: textIn(campaign, []).title },
    host: { name: campaign.organization.name },
    organizationName: row.organizationName,
    email,
    isNew: !known,
    owned: session ? await couldJoin(deps.db, session, campaign) : [],
  }
}

/** The organizations that she owns and that do not carry the campaign yet. */
async function couldJoin(
  db: DbOrTx,
  { organizerId }: Session,
  { id, organizationId }: Pick<Campaign, 'id' | 'organizationId'>,
) {
  const partners = db
    .select({ id: campaignPartners.organizationId })
    .from(campaignPartners)
    .where(eq(campaignPartners.campaignId, id))
  return await db
    .select({ id: organizations.id, slug: organizations.slug, name: organizations.name })
    .from(organizations)
    .innerJoin(memberships, eq(memberships.organizationId, organizations.id))
    .where(
      and(
        eq(memberships.organizerId, organizerId),
        eq(memberships.role, 'owner'),
        ne(organizations.id, organizationId),
        notInArray(organizations.id, partners),
      ),
    )
    .orderBy(organizations.name)
}

/**
 * Makes an organization a partner: one that its reader owns, or a new one, which whom the letter was written to then
 * owns: the mail is the proof. She is signed in too, unless she has a passkey: then that alone lets her in.
 * @returns with the cookies of a new session, where one was started
 * @throws Refusal `token-invalid`, `token-expired`, `signed-out`, `passkey-needed`, `not-found`, `name-too-long`, `name-not-allowed`
 */
export async function joinCoalition(
  deps: Deps,
  { token, organization, name }: Joining,
  reader: Reader,
): Promise<{ joined: Joined; signedIn?: SignedIn }> {
  return await transaction(deps.db, async (tx) => {
    const invitation = await useUp(tx, token, deps.now())
    const { campaignId } = invitation
    const { by, signedIn, ...partner } = organization
      ? await ownPartner(tx, deps, reader, { campaignId, slug: organization })
      : await newPartner(tx, deps, { invitation, name, reader })
    await enter(tx, deps, { campaignId, by, partner, invitation: invitation.id })
    const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId))
    if (!campaign) throw new Error(`an invitation into campaign ${campaignId}, which is not there`)
    await noticePartnership(tx, deps.now(), {
      ownersOf: campaign.organizationId,
      change: 'partner-joined',
      organizationId: partner.id,
      campaignId,
    })
    const joined = {
      campaign: campaign.slug,
      organization: { slug: partner.slug, name: partner.name },
      isSignedIn: by.sessionId !== null,
    }
    return { joined, ...(signedIn && { signedIn }) }
  })
}

/** An organization on its way in, and who brings it. */
interface Comer {
  id: number
  slug: string
  name: string
  by: Doer
  signedIn?: SignedIn
}

/** To bring an organization commits all of its members, so it takes a fresh passkey of its owner. */
async function ownPartner(
  tx: Tx,
  { now }: Deps,
  { session }: Reader,
  { campaignId, slug }: { campaignId: number; slug: string },
): Promise<Comer> {
  if (!session) throw new Refusal('signed-out', 'Sign in to bring an organization of yours.')
  const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId))
  const own = campaign ? await couldJoin(tx, session, campaign) : []
  const found = own.find((one) => one.slug === slug)
  if (!found)
    throw new Refusal(
      'not-found',
      'This organization is not yours to bring, or carries the campaign already.',
    )
  requireFresh({ session }, now())
  return { ...found, by: { organizerId: session.organizerId, sessionId: session.id } }
}

interface Coming {
  invitation: PartnerInvitation
  /** Of the person, as typed. */
  name: string | undefined
  reader: Reader
}

async function newPartner(tx: Tx, deps: Deps, { invitation, name: typed, reader }: Coming): Promise<Comer> {
  const now = deps.now()
  const personName = checkedName(typed)
  const contact = { ...openOrganizer(deps.keys, invitation), ...(personName && { name: personName }) }
  const organizerId = await organizerOf(tx, deps.keys, contact, now)
  const name = invitation.organizationName
  const { id, slug } = await makeOrganization(tx, { name })
  await addMember(tx, { organizationId: id, organizerId, role: 'owner', now })
  const isHere = reader.session?.organizerId === organizerId
  const { browser } = reader
  const signedIn = isHere ? undefined : await comeIn(deps, tx, { organizerId, now, browser })
  const sessionId = signedIn?.sessionId ?? (isHere ? (reader.session?.id ?? null) : null)
  const by = { organizerId, sessionId }
  await writeDown(tx, { at: now, by, action: 'organization.make', organizationId: id, details: { name } })
  return { id, slug, name, by, ...(signedIn && { signedIn }) }
}

interface Entering {
  campaignId: number
  by: Doer
  partner: Pick<Comer, 'id' | 'slug' | 'name'>
  invitation: number
}

async function enter(tx: Tx, deps: Deps, { campaignId, by, partner, invitation }: Entering): Promise<void> {
  const at = deps.now()
  const organizationId = partner.id
  await tx.insert(campaignPartners).values({ campaignId, organizationId, joinedAt: at }).onConflictDoNothing()
  await giveFirstSource(tx, { campaignId, organizationId, at }, partner)
  const details = { invitation, organization: partner.slug }
  await writeDown(tx, { at, by, action: 'partner.join', organizationId, campaignId, details })
}

/** So that a partner has something to paste at once; where its slug is taken as a code, it registers one itself. */
async function giveFirstSource(
  tx: Tx,
  to: { campaignId: number; organizationId: number; at: Date },
  { slug, name }: Pick<Comer, 'slug' | 'name'>,
): Promise<void> {
  const own = and(eq(sources.campaignId, to.campaignId), eq(sources.organizationId, to.organizationId))
  if ((await tx.$count(sources, own)) > 0) return
  const code = slug.slice(0, 40).replace(/-$/, '')
  await addSources(tx, to, [{ code, name: name.slice(0, 80) }])
}
