import { and, asc, count, eq, gt } from 'drizzle-orm'
import { campaignCampuses, campaigns, campuses } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { KnownCampus } from '../campuses/campus.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { changeCampaign } from './changing.ts'
import type { CampusChange, CampusPage, CampusSettings, OneCampus } from './editing-contract.ts'
import { checkedLine, checkedLink, invalid, requiredLine } from './wording.ts'

const MOST_STEPS = 5
const LONGEST_LABEL = 80
const LONGEST_CHAPTER = 80
const LARGEST_GOAL = 1_000_000
const PAGE = 50

type Row = typeof campaignCampuses.$inferSelect

/** The campuses to which a campaign says something, by their domains. @param after the domain that a page ended with */
export async function campusPage(
  { db, campuses: directory }: Deps,
  { campaign }: CampaignMember,
  after = '',
): Promise<CampusPage> {
  const isOfThis = eq(campaignCampuses.campaignId, campaign.id)
  const [all] = await db.select({ total: count() }).from(campaignCampuses).where(isOfThis)
  const rows = await db
    .select({ settings: campaignCampuses })
    .from(campaignCampuses)
    .innerJoin(campuses, eq(campuses.id, campaignCampuses.campusId))
    .where(and(isOfThis, gt(campuses.domain, after)))
    .orderBy(asc(campuses.domain))
    .limit(PAGE + 1)
  const shown = rows.slice(0, PAGE).flatMap(({ settings }) => {
    const campus = directory.byId(settings.campusId)
    return campus ? [settingsOf(campus, settings)] : []
  })
  const last = rows.length > PAGE ? shown.at(-1)?.campus : undefined
  return {
    total: all?.total ?? 0,
    campuses: shown,
    ...(last && { next: last }),
  }
}

/** What a campaign says to one campus: nothing, where it has not been asked to. @throws Refusal `unknown-campus` */
export async function oneCampus(
  deps: Deps,
  { campaign }: CampaignMember,
  domain: string,
): Promise<OneCampus> {
  const campus = campusAt(deps, domain)
  const [row] = await deps.db
    .select({ revision: campaigns.revision, settings: campaignCampuses })
    .from(campaigns)
    .leftJoin(
      campaignCampuses,
      and(eq(campaignCampuses.campaignId, campaigns.id), eq(campaignCampuses.campusId, campus.id)),
    )
    .where(eq(campaigns.id, campaign.id))
  const settings = row?.settings ?? { goal: null, chapterName: null, nextSteps: [] }
  return { revision: row?.revision ?? 1, ...settingsOf(campus, settings) }
}

function settingsOf(
  { domain, name }: KnownCampus,
  { goal, chapterName, nextSteps }: Pick<Row, 'goal' | 'chapterName' | 'nextSteps'>,
): CampusSettings {
  return { campus: domain, name, goal, chapterName, nextSteps }
}

interface CampusChanging extends CampusChange {
  domain: string
}

/** Says something to a campus: its goal, its chapter, what to do next. @throws Refusal `setting-invalid` */
export async function changeCampus(
  deps: Deps,
  member: CampaignMember,
  { domain, revision, ...typed }: CampusChanging,
): Promise<void> {
  const campus = campusAt(deps, domain)
  const settings = checkedCampus(typed)
  await changeCampaign(deps, member, revision, async (tx, { id: campaignId }) => {
    await tx
      .insert(campaignCampuses)
      .values({ campaignId, campusId: campus.id, ...settings })
      .onConflictDoUpdate({
        target: [campaignCampuses.campaignId, campaignCampuses.campusId],
        set: settings,
      })
    return { action: 'campaign.change', details: { campus: domain, ...settings } }
  })
}

/** Says no more to a campus than to any other. */
export async function forgetCampus(
  deps: Deps,
  member: CampaignMember,
  { domain, revision }: { domain: string; revision: number },
): Promise<void> {
  const campus = campusAt(deps, domain)
  await changeCampaign(deps, member, revision, async (tx, { id }) => {
    await tx
      .delete(campaignCampuses)
      .where(and(eq(campaignCampuses.campaignId, id), eq(campaignCampuses.campusId, campus.id)))
    return { action: 'campaign.change', details: { campus: domain, goal: null, nextSteps: [] } }
  })
}

/** @throws Refusal `unknown-campus` */
function campusAt({ campuses: directory }: Deps, domain: string): KnownCampus {
  const campus = directory.byDomain(domain)
  if (campus) return campus
  throw new Refusal('unknown-campus', 'This campus is not in the directory. Choose one from the list.')
}

/** @throws Refusal `setting-invalid` */
export function checkedCampus({ goal, chapterName, nextSteps }: Omit<CampusChange, 'revision'>) {
  if (goal !== null && !(goal >= 1 && goal <= LARGEST_GOAL))
    throw invalid('goal', 'The goal of a campus is a number from 1 to 1,000,000, or nothing.')
  if (nextSteps.length > MOST_STEPS)
    throw invalid('nextSteps', `${MOST_STEPS} next steps are the most: more would not be taken.`)
  const what = 'The name of the chapter'
  return {
    goal,
    chapterName:
      checkedLine(chapterName ?? '', { field: 'chapterName', what, longest: LONGEST_CHAPTER }) || null,
    nextSteps: nextSteps.map(({ label, url }, at) => ({
      label: requiredLine(label, {
        field: `nextSteps/${at}/label`,
        what: 'What the link says',
        longest: LONGEST_LABEL,
      }),
      url: checkedLink(url, { field: `nextSteps/${at}/url`, what: 'The link' }),
    })),
  }
}
