import { and, eq } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { KnownCampus } from '../campuses/campus.ts'
import { campaignCampuses } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { CampusStanding, Leaderboard, Standing } from './contract.ts'
import { listedNames } from './listed-names.ts'

/**
 * One campus in one campaign, from the published leaderboard: a campus that is hidden there has no figures here.
 * @throws Refusal `unknown-campus`
 */
export async function campusStanding(
  deps: Deps,
  campaign: Campaign,
  domain: string,
): Promise<CampusStanding> {
  const campus = deps.campuses.byDomain(domain)
  if (!campus) throw new Refusal('unknown-campus', 'There is no campus of this domain in the directory.')
  const { leaderboard } = await deps.leaderboards.of(campaign.id)
  const standing = leaderboard.campuses.find((one) => one.campus === domain)
  return {
    ...placeOf(campus),
    ...(standing && figures(leaderboard, standing)),
    ...(await settingsOf(deps, campaign, campus)),
    names:
      standing && standing.confirmed > campaign.namesShownAfter
        ? await listedNames(deps, campaign, campus)
        : [],
  }
}

function placeOf({ domain, name, shortName, city, region }: KnownCampus) {
  return {
    campus: domain,
    name,
    ...(shortName && { shortName }),
    ...(city && { city }),
    ...(region && { region }),
  }
}

function figures({ campuses }: Leaderboard, standing: Standing): Partial<CampusStanding> {
  const { confirmed, rank, perThousand } = standing
  const above = campuses.findLast((one) => one.confirmed > confirmed)
  return {
    confirmed,
    rank,
    ...(perThousand !== undefined && { perThousand }),
    ...(above && { above: { campus: above.campus, name: above.name, confirmed: above.confirmed } }),
  }
}

async function settingsOf(deps: Deps, campaign: Campaign, campus: KnownCampus) {
  const [settings] = await deps.db
    .select()
    .from(campaignCampuses)
    .where(and(eq(campaignCampuses.campaignId, campaign.id), eq(campaignCampuses.campusId, campus.id)))
  return {
    ...(settings?.goal && { goal: settings.goal }),
    ...(settings?.chapterName && { chapter: settings.chapterName }),
    nextSteps: settings?.nextSteps ?? [],
  }
}
