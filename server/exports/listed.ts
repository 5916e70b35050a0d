import { type SQL, sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Campuses, KnownCampus } from '../campuses/campus.ts'
import type { Snapshot } from '../db/snapshot.ts'
import { type Frame, publicFrame } from '../leaderboards/leaderboard.ts'
import { type Combination, divided, generalize, sum, type Told } from './generalizing.ts'
import { type Calendar, calendarOf } from './periods.ts'

/** One campus as it may be published, or those of none, or all that are too small to be named. */
export interface Listed {
  place: KnownCampus | 'none' | 'others'
  /** Its people, exactly: for sums over all places, and not to be published as they are. */
  combinations: Combination[]
  /** The same people, as much as may be told of them. */
  told: Told[]
}

export const CONFIRMED_DAY = sql`(confirmed_at at time zone 'UTC')::date`

/** Whose pledges count in a campaign. */
export function counted({ id }: Campaign): SQL {
  return sql`campaign_id = ${id} and state = 'confirmed'`
}

/** Confirmed pledges of each campus, by its id; those of none under null. */
export async function peopleByCampus(
  snapshot: Snapshot,
  campaign: Campaign,
): Promise<Map<number | null, number>> {
  const rows = await snapshot.all<{ campus_id: number | null; people: number }>(sql`
    select campus_id, count(*)::int as people from pledges where ${counted(campaign)} group by campus_id`)
  return new Map(rows.map(({ campus_id, people }) => [campus_id, people]))
}

/** What the public sees of these counts: the one rule, of the leaderboard. */
export function frameOf(
  campuses: Campuses,
  { smallestShown }: Campaign,
  people: Map<number | null, number>,
): Frame {
  const counts = [...people].flatMap(([id, confirmed]) => {
    const campus = id === null ? undefined : campuses.byId(id)
    return campus ? [{ campus: campus.domain, name: campus.name, confirmed, students: null, goal: null }] : []
  })
  return publicFrame({ campuses: counts, elsewhere: people.get(null) ?? 0, smallestShown, goal: null })
}

interface Reading {
  snapshot: Snapshot
  campuses: Campuses
  campaign: Campaign
  frame: Frame
}

/**
 * Everybody whom the public total counts, campus by campus, so that no more than one campus is in memory; those too
 * small to be shown come together at the end, as many of them as the leaderboard says.
 */
export async function* listedPeople({
  snapshot,
  campuses,
  campaign,
  frame,
}: Reading): AsyncGenerator<Listed> {
  const least = campaign.smallestShown
  const shown = new Set(frame.campuses.map(({ campus }) => campus))
  const hidden: Combination[] = []
  for await (const { campusId, combinations } of campusByCampus(snapshot, campaign)) {
    const campus = campusId === null ? undefined : campuses.byId(campusId)
    if (campus && shown.has(campus.domain)) {
      yield { place: campus, combinations, told: generalize(combinations, least) }
    } else if (campus) {
      hidden.push(...combinations)
    } else if (frame.elsewhere) {
      yield { place: 'none', combinations, told: generalize(combinations, least) }
    }
  }
  if (!frame.others) return
  const alike = together(hidden)
  const [, combinations] = divided(alike, sum(alike) - frame.others.confirmed)
  yield { place: 'others', combinations, told: generalize(combinations, least) }
}

interface Row extends Record<string, unknown> {
  campus_id: number | null
  day: string
  source: string | null
  text_version: number
  locale: string
  people: number
}

interface OfCampus {
  campusId: number | null
  combinations: Combination[]
}

async function* campusByCampus(snapshot: Snapshot, campaign: Campaign): AsyncGenerator<OfCampus> {
  const calendar = new Map<string, Calendar>()
  let current: OfCampus | undefined
  for await (const rows of snapshot.rows<Row>(combinationsOf(campaign))) {
    for (const row of rows) {
      if (current && current.campusId !== row.campus_id) {
        yield current
        current = undefined
      }
      current ??= { campusId: row.campus_id, combinations: [] }
      current.combinations.push(combinationIn(row, calendar))
    }
  }
  if (current) yield current
}

function combinationsOf(campaign: Campaign): SQL {
  return sql`
    select campus_id, day::text, source, text_version, locale, people
    from (
      select campus_id, ${CONFIRMED_DAY} as day, source, text_version, locale, count(*)::int as people
      from pledges where ${counted(campaign)} group by 1, 2, 3, 4, 5) as combination
    order by campus_id, combination.day, source, text_version, locale`
}

/** A day that many rows share is worked out once. */
function combinationIn({ day, source, text_version, locale, people }: Row, calendar: Map<string, Calendar>) {
  const at = calendar.get(day) ?? calendarOf(day)
  calendar.set(day, at)
  return { at, source, textVersion: text_version, locale, people }
}

/** People of several campuses, once these are not told. */
function together(combinations: Combination[]): Combination[] {
  const groups = Map.groupBy(combinations, ({ at, source, textVersion, locale }) =>
    [at.day.from, source ?? '', textVersion, locale].join(' '),
  )
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, alike]) => ({ ...alike[0]!, people: sum(alike) }))
}
