import { type SQL, sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Campuses, KnownCampus } from '../campuses/campus.ts'
import type { Snapshot } from '../db/snapshot.ts'
import { type Frame, publicFrame } from '../leaderboards/leaderboard.ts'
import { Combinations, Names } from './combinations.ts'
import { generalize, peopleIn, putAside, type Told } from './generalizing.ts'

/** One campus as it may be published, or those of none, or all that are too small to be named. */
export interface Listed {
  place: KnownCampus | 'none' | 'others'
  /** As much as may be told of its people, made while it is read. */
  told: Iterable<Told>
  /** The same people, exactly: for sums over all places, and not to be published as they are. Good until the next place. */
  combinations: Combinations
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

/** What the public sees of these counts at the beginning of a day: the one rule, of the leaderboard. */
export function frameOf(
  campuses: Campuses,
  { smallestShown }: Campaign,
  people: Map<number | null, number>,
): Frame {
  const counts = [...people].flatMap(([id, confirmed]) => {
    const campus = id === null ? undefined : campuses.byId(id)
    return campus ? [{ campus: campus.domain, name: campus.name, confirmed, students: null, goal: null }] : []
  })
  return publicFrame({
    campuses: counts,
    elsewhere: people.get(null) ?? 0,
    smallestShown,
    goal: null,
    pace: 'live',
    step: 'day',
  })
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
  const names = new Names()
  const hidden = new Combinations(names)
  for await (const { campusId, combinations } of campusByCampus(snapshot, campaign, names)) {
    const campus = campusId === null ? undefined : campuses.byId(campusId)
    if (campus && !shown.has(campus.domain)) hidden.addAll(combinations)
    else if (campus || frame.elsewhere) {
      yield listed(campus ?? 'none', combinations, least)
    }
  }
  if (!frame.others) return
  const tooMany = peopleIn(hidden, hidden.rows()) - frame.others.confirmed
  const { kept } = putAside(hidden, hidden.rows(), tooMany)
  yield listed('others', hidden.only(kept), least)
}

function listed(place: Listed['place'], combinations: Combinations, least: number): Listed {
  return { place, told: generalize(combinations, least), combinations }
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
  combinations: Combinations
}

/** Each is good until the next. */
async function* campusByCampus(
  snapshot: Snapshot,
  campaign: Campaign,
  names: Names,
): AsyncGenerator<OfCampus> {
  const combinations = new Combinations(names)
  let campusId: number | null = null
  for await (const rows of snapshot.rows<Row>(combinationsOf(campaign))) {
    for (const { campus_id, text_version, ...rest } of rows) {
      if (combinations.size > 0 && campusId !== campus_id) {
        yield { campusId, combinations }
        combinations.clear()
      }
      campusId = campus_id
      combinations.add({ ...rest, textVersion: text_version })
    }
  }
  if (combinations.size > 0) yield { campusId, combinations }
}

function combinationsOf(campaign: Campaign): SQL {
  return sql`
    select campus_id, day::text, source, text_version, locale, people
    from (
      select campus_id, ${CONFIRMED_DAY} as day, source, text_version, locale, count(*)::int as people
      from pledges where ${counted(campaign)} group by 1, 2, 3, 4, 5) as combination
    order by campus_id, combination.day, source, text_version, locale`
}
