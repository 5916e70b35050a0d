import { and, eq, inArray } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { transaction, type Tx } from '../db/db.ts'
import { campaignPartners, organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { noticePartnership } from '../organizations/place-notices.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'

/** The partner that asks leaves; its access ends with the row. @throws Refusal `not-a-partner` */
export async function leaveCoalition(deps: Deps, member: CampaignMember): Promise<void> {
  if (!member.isPartner) {
    const detail = 'You are here for the host, which stays with its campaign as long as there is one.'
    throw new Refusal('not-a-partner', detail)
  }
  await transaction(deps.db, (tx) => dropPartner(tx, deps, member, member.organization.slug))
}

/** The host removes a partner. @throws Refusal `not-a-partner` */
export async function removePartner(deps: Deps, by: CampaignMember, slug: string): Promise<void> {
  await transaction(deps.db, (tx) => dropPartner(tx, deps, by, slug))
}

/**
 * Its sources stay registered to it: what they bring counts on, and the host alone sees it. Contacts are not shared with it
 * any more from here on; those that were stay sealed to it, and are handed out only if it comes back.
 */
async function dropPartner(tx: Tx, { now }: Deps, by: CampaignMember, slug: string): Promise<void> {
  const named = tx.select({ id: organizations.id }).from(organizations).where(eq(organizations.slug, slug))
  const [gone] = await tx
    .delete(campaignPartners)
    .where(
      and(eq(campaignPartners.campaignId, by.campaign.id), inArray(campaignPartners.organizationId, named)),
    )
    .returning({ organizationId: campaignPartners.organizationId })
  if (!gone)
    throw new Refusal('not-a-partner', 'This organization is no partner any more. Load the page again.')
  await announceCampaigns(tx)
  const at = now()
  const { id: campaignId, organizationId: hostId } = by.campaign
  const partnerId = gone.organizationId
  const [toHost, toPartner] = by.isPartner
    ? (['partner-left', 'partnership-left'] as const)
    : (['partner-removed', 'partnership-ended'] as const)
  await noticePartnership(tx, at, { ownersOf: hostId, change: toHost, organizationId: partnerId, campaignId })
  await noticePartnership(tx, at, {
    ownersOf: partnerId,
    change: toPartner,
    organizationId: hostId,
    campaignId,
  })
  await writeDown(tx, {
    at,
    by,
    action: 'partner.leave',
    organizationId: partnerId,
    campaignId,
    details: { organization: slug, ...(!by.isPartner && { removedByHost: true }) },
  })
}
