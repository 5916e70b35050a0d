import { asc, eq, sql } from 'drizzle-orm'
import { campaignPartners, partnerInvitations, sources } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isAtLeast } from '../organizers/access.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import { openRequests } from './chapter-decisions.ts'
import type { Coalition, CoalitionShare } from './contract.ts'
import { sourceCounts } from './source-counts.ts'
import { showSources } from './sources.ts'

/** Who carries a campaign, and what each brought. A partner sees itself alone, and its host. */
export async function showCoalition(deps: Deps, member: CampaignMember): Promise<Coalition> {
  const { campaign, organization, isPartner } = member
  const common = {
    isPartner,
    host: { name: campaign.organization.name },
    you: { slug: organization.slug, name: organization.name },
    smallestShown: campaign.smallestShown,
  }
  if (isPartner) return { ...common, ...(await ownShare(deps, member)) }
  return {
    ...common,
    ...(await allShares(deps, member)),
    invitations: await invitationsOf(deps, member),
    chapterRequests: await openRequests(deps, member),
  }
}

/** The sum of what the partner is shown of its sources: whatever else were in it could be had by subtraction. */
async function ownShare(deps: Deps, member: CampaignMember): Promise<Pick<Coalition, 'shares' | 'asOf'>> {
  const { sources: own, asOf } = await showSources(deps, member)
  const { slug, name } = member.organization
  const confirmed = own.reduce((sum, { figures }) => sum + (figures?.confirmed ?? 0), 0)
  return { shares: [{ slug, name, is: 'partner', sources: own.length, confirmed }], asOf }
}

interface Registered extends Record<string, unknown> {
  slug: string
  name: string
  is: CoalitionShare['is']
  joined_at: string | null
  codes: string[]
  used: number
}

/** Every organization that is, or was, part of it; exact. Removed sources brought what they brought. */
async function allShares(
  deps: Deps,
  { campaign }: CampaignMember,
): Promise<Pick<Coalition, 'shares' | 'without' | 'asOf'>> {
  const { bySource, at } = await sourceCounts(deps, campaign)
  const { rows } = await deps.db.execute<Registered>(sql`
    select slug, name, joined_at::text, coalesce(codes, '{}') as codes, coalesce(used, 0) as used,
      case when id = ${campaign.organizationId} then 'host'
        when joined_at is not null then 'partner' else 'former' end as is
    from organizations
    left join (select organization_id, joined_at from ${campaignPartners} where campaign_id = ${campaign.id}) partner
      on partner.organization_id = id
    left join (
      select organization_id, array_agg(code) as codes, (count(*) filter (where retired_at is null))::int as used
      from ${sources} where campaign_id = ${campaign.id} group by 1) registered
      on registered.organization_id = id
    where id = ${campaign.organizationId} or joined_at is not null or codes is not null
    order by id = ${campaign.organizationId} desc, joined_at is null, name`)
  const confirmed = (code: string | null) => bySource.get(code)?.confirmed ?? 0
  const shares = rows.map(({ slug, name, is, joined_at: joinedAt, codes, used }) => ({
    slug,
    name,
    is,
    sources: used,
    confirmed: codes.reduce((sum, code) => sum + confirmed(code), 0),
    ...(joinedAt && { joinedAt: new Date(joinedAt).toISOString() }),
  }))
  const all = [...bySource.keys()].reduce((sum, code) => sum + confirmed(code), 0)
  const without = shares.reduce((rest, share) => rest - share.confirmed, all)
  return { shares, without, asOf: at.toISOString() }
}

/** Who is invited, viewers do not see: nobody of them has said yes. */
async function invitationsOf({ db, keys, now }: Deps, { campaign, role }: CampaignMember) {
  const rows = await db
    .select()
    .from(partnerInvitations)
    .where(eq(partnerInvitations.campaignId, campaign.id))
    .orderBy(asc(partnerInvitations.organizationName), asc(partnerInvitations.id))
  return rows.map((row) => ({
    id: row.id,
    organizationName: row.organizationName,
    ...(isAtLeast(role, 'editor') && { email: openOrganizer(keys, row).email }),
    expiresAt: row.expiresAt.toISOString(),
    isExpired: row.expiresAt <= now(),
  }))
}
