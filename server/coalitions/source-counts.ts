import { sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Db } from '../db/db.ts'
import { type SharedReading, sharedReading } from '../db/shared-reading.ts'
import type { Deps } from '../deps.ts'

export interface DayCount {
  /** "2026-11-24", in UTC. */
  day: string
  created: number
  confirmed: number
}

export interface SourceCount {
  /** Signed, in whatever state it is now. */
  created: number
  confirmed: number
  /** In their order; days on which nothing happened are left out. */
  days: DayCount[]
  /** Confirmed by the id of their campus, null for those of none, where they are enough to be shown. */
  campuses: Map<number | null, number>
}

export interface SourceCounts {
  /** By code; null stands for pledges that came by no source. */
  bySource: Map<string | null, SourceCount>
  /** When they were counted. */
  at: Date
}

/** The counts of each campaign as last read, and the reading that is under way. */
export type SourceCounting = SharedReading<SourceCounts>

/** Counting may take one part in thirty of a process's time, so a drive of a million is counted twice a minute. */
const RESTS = 30
const KEPT_MS = { least: 1_000, most: 60_000 }

/**
 * Counts by reading the pledges through when somebody looks: an index on the source, or a tally of it, would be paid for
 * by every signature, and organizers are few.
 */
export function openSourceCounting(db: Db, now: () => Date): SourceCounting {
  return sharedReading(
    (campaignId) => readCounts(db, campaignId, now()),
    (took) => Math.min(KEPT_MS.most, Math.max(KEPT_MS.least, RESTS * took)),
  )
}

/** Exact, and so for the host alone: what a partner may see of it, `shownTo` decides. */
export async function sourceCounts({ sourceCounting }: Deps, { id }: Campaign): Promise<SourceCounts> {
  return await sourceCounting.of(id)
}

interface Row extends Record<string, unknown> {
  source: string | null
  /** What the row counts by, besides the source. */
  by: 'signed' | 'confirmed' | 'campus'
  day: string | null
  campus_id: number | null
  created: number
  confirmed: number
}

async function readCounts(db: Db, campaignId: number, at: Date): Promise<SourceCounts> {
  const { rows } = await db.execute<Row>(sql`
    select source, coalesce(signed_on, confirmed_on)::text as day, campus_id,
      case when grouping(signed_on) = 0 then 'signed' when grouping(campus_id) = 0 then 'campus'
        else 'confirmed' end as by,
      count(*)::int as created, (count(*) filter (where confirmed_on is not null))::int as confirmed
    from (
      select source, campus_id, (signed_at at time zone 'UTC')::date as signed_on,
        case when state = 'confirmed' then (confirmed_at at time zone 'UTC')::date end as confirmed_on
      from pledges where campaign_id = ${campaignId}) pledge
    group by grouping sets ((source, signed_on), (source, confirmed_on), (source, campus_id))
    having grouping(campus_id) = 1
      or count(confirmed_on) >= (select smallest_shown from campaigns where id = ${campaignId})
    order by 2`)
  const bySource = new Map<string | null, SourceCount>()
  for (const row of rows) add(bySource, row)
  for (const count of bySource.values()) count.days.sort((a, b) => a.day.localeCompare(b.day))
  return { bySource, at }
}

function add(bySource: SourceCounts['bySource'], row: Row): void {
  const count = bySource.get(row.source) ?? { created: 0, confirmed: 0, days: [], campuses: new Map() }
  bySource.set(row.source, count)
  const { by, day, created, confirmed } = row
  if (by === 'campus') {
    count.campuses.set(row.campus_id, confirmed)
  } else if (by === 'signed' && day) {
    count.created += created
    dayOf(count, day).created += created
  } else if (day) {
    count.confirmed += confirmed
    dayOf(count, day).confirmed += confirmed
  }
}

function dayOf({ days }: SourceCount, day: string): DayCount {
  const known = days.findLast((one) => one.day === day)
  if (known) return known
  const made = { day, created: 0, confirmed: 0 }
  days.push(made)
  return made
}
