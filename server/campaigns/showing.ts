import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { type Campaign, openness } from './campaign.ts'
import type { CampaignSettings } from './editing-contract.ts'
import { forgetsAt, reportOf } from './retention.ts'
import { readCampaign } from './reading.ts'
import { missingIn } from './readiness.ts'

/** All that an organizer can change, as the database has it now. */
export async function showSettings(
  deps: Deps,
  { campaign: { id }, organization }: Pick<CampaignMember, 'campaign' | 'organization'>,
): Promise<CampaignSettings> {
  const campaign = await readCampaign(deps.db, deps.keys, id)
  const { slug, revision, opensAt, closesAt, theme, logo } = campaign
  const { goal, eligibility, smallestShown, namesShownAfter, pace, contactMode, mailNamesCampaign } = campaign
  const { targets, clauses, questions } = campaign
  return {
    slug,
    revision,
    goal,
    eligibility,
    smallestShown,
    namesShownAfter,
    pace,
    contactMode,
    mailNamesCampaign,
    organization: { slug: organization.slug, name: organization.name },
    stage: campaign.state === 'draft' ? 'draft' : openness(campaign, deps.now()),
    demo: campaign.isDemo,
    forgetsAt: forgetsAt(campaign, deps.retentionDays)?.toISOString() ?? null,
    ...(await forgotten(deps, campaign)),
    opensAt: opensAt?.toISOString() ?? null,
    closesAt: closesAt?.toISOString() ?? null,
    accent: theme.accent ?? null,
    texts: campaign.texts.map(({ locale, title, body, reason, version }) => ({
      locale,
      title,
      body,
      reason,
      version,
    })),
    targets: targets.map(({ name, reason, sourceUrl }) => ({ name, reason, sourceUrl })),
    clauses,
    questions,
    ...(logo && { logo }),
    missing: missingIn(campaign, deps.now()),
  }
}

async function forgotten(
  deps: Deps,
  { id, forgottenAt }: Pick<Campaign, 'id' | 'forgottenAt'>,
): Promise<Pick<CampaignSettings, 'forgotten'>> {
  if (!forgottenAt) return {}
  const { pledges = 0, remaining = 0, failures = [], endedAt = null } = (await reportOf(deps, id)) ?? {}
  return {
    forgotten: { at: forgottenAt.toISOString(), pledges, remaining, failures, isDone: endedAt !== null },
  }
}
