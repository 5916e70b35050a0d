import type { Campaign } from '../campaigns/campaign.ts'
import { sharedReading } from '../db/shared-reading.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { answersOf, clausesOf } from './answers.ts'
import { daysOf, growthOf, hoursOf, pendingOf } from './arrivals.ts'
import { exactCampuses, publicCampuses } from './campuses.ts'
import type { Dashboard } from './contract.ts'
import { mailOf } from './letters.ts'

/** Many look at once, and each page asks every few seconds. */
const FIGURES_FOR_MS = 2_000
/** What looks through all pledges is asked for less often. */
const SLOW_FIGURES_FOR_MS = 30_000

export interface Dashboards {
  /** How a drive is doing, exactly: for members of its host. */
  ofHost(campaign: Campaign): Promise<Dashboard>
  /** The same for members of a partner: what everybody sees, from the published leaderboard. */
  ofPartner(campaign: Campaign): Promise<Dashboard>
}

export function openDashboards(deps: Deps): Dashboards {
  const slow = sharedReading(
    async (id) => await slowFigures(deps, await campaignOf(deps, id)),
    () => SLOW_FIGURES_FOR_MS,
  )
  const ofHost = sharedReading(
    async (id) => await hostDashboard(deps, await campaignOf(deps, id), await slow.of(id)),
    () => FIGURES_FOR_MS,
  )
  return {
    ofHost: async ({ id }) => await ofHost.of(id),
    ofPartner: async (campaign) => await partnerDashboard(deps, campaign),
  }
}

async function campaignOf({ campaigns }: Deps, id: number): Promise<Campaign> {
  const campaign = await campaigns.byId(id)
  if (!campaign) throw new Refusal('not-found', 'This campaign was deleted meanwhile.')
  return campaign
}

type SlowFigures = Pick<NonNullable<Dashboard['host']>, 'growth' | 'pending' | 'clauses'>

async function slowFigures({ db, now }: Deps, { id, texts }: Campaign): Promise<SlowFigures> {
  return {
    growth: await growthOf(db, id, now()),
    pending: await pendingOf(db, id),
    clauses: await clausesOf(db, id, texts[0]?.locale ?? ''),
  }
}

async function hostDashboard(
  deps: Deps,
  { id, goal, texts }: Campaign,
  slow: SlowFigures,
): Promise<Dashboard> {
  const { db } = deps
  const at = deps.now()
  const [{ campuses, elsewhere }, hours, days, answers, mail] = await Promise.all([
    exactCampuses(db, id, at),
    hoursOf(db, id, at),
    daysOf(db, id, at),
    answersOf(db, id, texts[0]?.locale ?? ''),
    mailOf(deps, id),
  ])
  const created = days.reduce((sum, day) => sum + day.created, 0)
  return {
    at: at.toISOString(),
    confirmed: campuses.reduce((sum, { confirmed }) => sum + confirmed, elsewhere),
    ...(goal && { goal }),
    campuses,
    elsewhere,
    host: { ...slow, created, hours, days, answers, mail },
  }
}

async function partnerDashboard(deps: Deps, { id, goal }: Campaign): Promise<Dashboard> {
  const { leaderboard } = await deps.leaderboards.of(id)
  const { confirmed, others, elsewhere = 0 } = leaderboard
  return {
    at: deps.now().toISOString(),
    confirmed,
    ...(goal && { goal }),
    campuses: await publicCampuses(deps.db, leaderboard),
    elsewhere,
    ...(others && { others }),
  }
}
