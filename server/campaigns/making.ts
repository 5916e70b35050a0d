import { and, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { isTaken, transaction, type Tx } from '../db/db.ts'
import { campaigns } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember, Member } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { announceCampaigns } from './campaign.ts'
import { changedMeanwhile } from './changing.ts'
import type { NewCampaignRequest } from './editing-contract.ts'
import { insertCampaign } from './opening.ts'
import { checkedTitle } from './texts.ts'
import { invalid } from './wording.ts'

const LONGEST_SLUG = 60

/** Makes a draft, which nobody sees but the organizers of its host. @throws Refusal `slug-taken` */
export async function makeCampaign(deps: Deps, member: Member, request: NewCampaignRequest): Promise<string> {
  const slug = checkedSlug(request.slug)
  const title = checkedTitle(request.title, 'title')
  const organizationId = member.organization.id
  await transaction(deps.db, async (tx) => {
    const campaignId = await insertCampaign(tx, deps.keys, {
      slug,
      state: 'draft',
      organizationId,
      texts: [{ locale: request.locale, title, body: '', reason: '' }],
    })
    const details = { slug, title }
    await writeDown(tx, {
      at: deps.now(),
      by: member,
      action: 'campaign.make',
      organizationId,
      campaignId,
      details,
    })
  }).catch(refuseTaken)
  return slug
}

/** @throws Refusal `slug-taken` for what the unique key refused, or else the error itself */
export function refuseTaken(error: unknown): never {
  if (!isTaken(error, 'campaigns_slug_key')) throw error
  throw new Refusal('slug-taken', 'Another campaign has this address already. Choose another one.', {
    field: 'slug',
  })
}

/** @throws Refusal `setting-invalid` */
export function checkedSlug(typed: string): string {
  const slug = typed.trim()
  if (slug.length <= LONGEST_SLUG && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return slug
  throw invalid(
    'slug',
    `An address is made of small letters, digits and single hyphens between them, ${LONGEST_SLUG} at the most: "no-tech-for-cages".`,
  )
}

/**
 * Deletes a draft with all that belongs to it; nobody can have signed one.
 * @throws Refusal `wrong-stage` where it was opened, `changed-meanwhile` where somebody goes on working at it
 */
export async function deleteDraft(deps: Deps, member: CampaignMember, revision: number): Promise<void> {
  const { id: campaignId, slug, organizationId } = member.campaign
  await transaction(deps.db, async (tx) => {
    const [deleted] = await tx
      .delete(campaigns)
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.state, 'draft'),
          eq(campaigns.revision, revision),
          sql`not exists (select from pledges where campaign_id = ${campaignId})`,
        ),
      )
      .returning({ id: campaigns.id })
    if (!deleted) throw await notDeleted(deps, tx, member)
    await writeDown(tx, {
      at: deps.now(),
      by: member,
      action: 'campaign.delete',
      organizationId,
      campaignId,
      details: { slug },
    })
    await announceCampaigns(tx)
  })
}

async function notDeleted(deps: Deps, tx: Tx, member: CampaignMember): Promise<Refusal> {
  const [row] = await tx
    .select({ state: campaigns.state })
    .from(campaigns)
    .where(eq(campaigns.id, member.campaign.id))
  if (row?.state === 'draft') return await changedMeanwhile(deps, tx, member)
  return new Refusal(
    'wrong-stage',
    'Only a draft can be deleted. What people may have signed can be closed instead.',
  )
}
