import { and, eq, isNotNull, lt, lte, gt, or, sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { KnownCampus } from '../campuses/campus.ts'
import { dailyNames, pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { dayOf } from './steps.ts'

const NAMES_SHOWN = 5
const MARK = sql<number>`get_byte(${pledges.emailDigest}, 0) * 256 + get_byte(${pledges.emailDigest}, 1)`

/** A campus of a campaign on a day. */
interface Place {
  campaignId: number
  campusId: number
  day: string
}

interface ListedName {
  name: string | null
  listedOn: string | null
  mark: number
}

/**
 * Never in bulk: the newest names listed before today, the same all day, so that a scraper does not collect them all and
 * nobody sees when somebody confirms. A name that leaves the list leaves a gap until tomorrow. In alphabetical order.
 */
export async function listedNames(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  campaign: Campaign,
  campus: KnownCampus,
): Promise<string[]> {
  if (campaign.contactMode === 'count-only') return []
  const place: Place = { campaignId: campaign.id, campusId: campus.id, day: dayOf(now()) }
  const known = await endOf(db, place)
  const names = await findNames(db, place, known)
  const isCut = names.length > NAMES_SHOWN
  const end = known || !isCut ? undefined : await rememberEnd(db, place, names[NAMES_SHOWN - 1])
  const shown = end ? await findNames(db, place, end) : names
  return shown
    .slice(0, NAMES_SHOWN)
    .flatMap(({ name }) => name ?? [])
    .sort()
}

type End = Pick<typeof dailyNames.$inferSelect, 'lastListedOn' | 'lastMark'>

async function findNames(
  db: Deps['db'],
  { campaignId, campusId, day }: Place,
  end?: End,
): Promise<ListedName[]> {
  return await db
    .select({ name: pledges.displayName, listedOn: pledges.listedOn, mark: MARK })
    .from(pledges)
    .where(
      and(
        eq(pledges.campaignId, campaignId),
        eq(pledges.campusId, campusId),
        eq(pledges.state, 'confirmed'),
        isNotNull(pledges.displayName),
        lt(pledges.listedOn, day),
        end && isUpTo(end),
      ),
    )
    .orderBy(sql`${pledges.listedOn} desc`, pledges.emailDigest)
    .limit(NAMES_SHOWN + 1)
}

function isUpTo({ lastListedOn, lastMark }: End): SQL | undefined {
  return or(gt(pledges.listedOn, lastListedOn), and(eq(pledges.listedOn, lastListedOn), lte(MARK, lastMark)))
}

async function endOf(db: Deps['db'], { campaignId, campusId, day }: Place): Promise<End | undefined> {
  const [end] = await db
    .select()
    .from(dailyNames)
    .where(
      and(eq(dailyNames.campaignId, campaignId), eq(dailyNames.campusId, campusId), eq(dailyNames.day, day)),
    )
  return end
}

/** The first reader of the day decides it, for all processes. */
async function rememberEnd(
  db: Deps['db'],
  place: Place,
  last: ListedName | undefined,
): Promise<End | undefined> {
  const end = { lastListedOn: last?.listedOn ?? place.day, lastMark: last?.mark ?? 0 }
  await db
    .insert(dailyNames)
    .values({ ...place, ...end })
    .onConflictDoUpdate({
      target: [dailyNames.campaignId, dailyNames.campusId],
      set: { day: place.day, ...end },
      setWhere: lt(dailyNames.day, place.day),
    })
  return await endOf(db, place)
}
