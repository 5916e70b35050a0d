import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Leaderboard } from '../leaderboards/contract.ts'
import type { DashboardCampus } from './contract.ts'

interface Row extends Record<string, unknown> {
  campus_id: number
  campus: string | null
  name: string
  confirmed: number
  goal: number | null
  last_day: number
  lat: number | null
  lon: number | null
}

/** Every campus with a pledge that counts, exactly; and the signers of none. */
export async function exactCampuses(
  db: Db,
  campaignId: number,
  now: Date,
): Promise<{ campuses: DashboardCampus[]; elsewhere: number }> {
  const { rows } = await db.execute<Row>(sql`
    select tally.campus_id, domain as campus, coalesce(short_name, name, '') as name, tally.confirmed, goal, lat, lon,
      coalesce(recent.confirmed, 0) as last_day
    from tallies tally left join campuses campus on campus.id = tally.campus_id
    left join campaign_campuses settings using (campaign_id, campus_id)
    left join (
      select campus_id, sum(confirmed)::int as confirmed from tally_hours
      where campaign_id = ${campaignId} and hour > ${now.toISOString()}::timestamptz - interval '24 hours'
      group by 1) recent on recent.campus_id = tally.campus_id
    where campaign_id = ${campaignId} and tally.confirmed > 0
    order by tally.confirmed desc, name`)
  const elsewhere = rows.find(({ campus_id }) => campus_id === NO_CAMPUS)?.confirmed ?? 0
  return { campuses: rows.flatMap(campusOf), elsewhere }
}

function campusOf({ campus, name, confirmed, goal, last_day: lastDay, lat, lon }: Row): DashboardCampus[] {
  if (campus === null) return []
  return [{ campus, name, confirmed, lastDay, ...(goal && { goal }), ...placeOf(lat, lon) }]
}

function placeOf(lat: number | null, lon: number | null) {
  return lat === null || lon === null ? {} : { lat, lon }
}

/** The campuses that everybody sees, with their places on the map. */
export async function publicCampuses(db: Db, { campuses }: Leaderboard): Promise<DashboardCampus[]> {
  const domains = JSON.stringify(campuses.map(({ campus }) => campus))
  const { rows } = await db.execute<{ domain: string; lat: number | null; lon: number | null }>(sql`
    select domain, lat, lon from campuses where domain in (select json_array_elements_text(${domains}::json))`)
  const places = new Map(rows.map(({ domain, lat, lon }) => [domain, placeOf(lat, lon)]))
  return campuses.map(({ campus, name, confirmed, goal }) => ({
    campus,
    name,
    confirmed,
    ...(goal && { goal }),
    ...places.get(campus),
  }))
}
