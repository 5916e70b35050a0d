import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { type SharedReading, sharedReading } from '../db/shared-reading.ts'
import type { Share } from './proportion.ts'
import { standsOut } from './proportion.ts'

/** The last minutes, in which bursts are looked for, and the hour. */
export const MINUTES = [10, 60] as const
export type Minutes = (typeof MINUTES)[number]

/** What has come in by one domain, by one source, or by any. */
interface Arrived extends Record<string, unknown> {
  kind: 'domain' | 'source' | 'all'
  domain_digest: Buffer | null
  domain: string | null
  /** Whether the domain may be asked for. */
  is_shown: boolean | null
  source: string | null
  is_campus: boolean
  last_10: number
  last_60: number
  in_all: number
  /** Confirmed mailboxes among them. */
  confirmed: number
  disposable_60: number
  disposable_in_all: number
  same_name_60: number
}

export interface Arrivals {
  at: Date
  all: Arrived
  /** Domains and sources with some weight in the last hour. */
  parts: Arrived[]
}

/** What has come in to each campaign, as last counted, and the counting that is under way. */
export type ArrivalsCounting = SharedReading<Arrivals>

/** What is counted in no time is counted anew; in a drive of a million it may take a tenth of a process's time. */
const QUICK_MS = 100
const RESTS = 10

export function openArrivalsCounting(db: Db, now: () => Date): ArrivalsCounting {
  return sharedReading(
    (campaignId) => arrivalsOf(db, campaignId, wholeStep(now())),
    (took) => (took < QUICK_MS ? 0 : RESTS * took),
  )
}

/** Windows begin at whole steps: with the moment as it is, a figure would fall just when a pledge leaves the window. */
const STEP_MS = 10 * 60_000

function wholeStep(now: Date): Date {
  return new Date(now.getTime() - (now.getTime() % STEP_MS))
}

/** Fewer in an hour cannot stand out. */
const FEWEST = 30

/** Counts a campaign's pledges by domain and source, those that exclusions hold left out. Looks through all of them. */
export async function arrivalsOf(db: Db, campaignId: number, now: Date): Promise<Arrivals> {
  const since = (minutes: number) =>
    sql`signed_at > ${new Date(now.getTime() - minutes * 60_000).toISOString()}::timestamptz`
  const { rows } = await db.execute<Arrived>(sql`
    select kind, arrived.domain_digest, known.domain, known.is_shown, source, is_campus, last_10, last_60, in_all,
      confirmed, disposable_60, disposable_in_all, same_name_60
    from (
      select
        case grouping(domain_digest, source) when 1 then 'domain' when 2 then 'source' else 'all' end as kind,
        domain_digest, source, bool_or(campus_proven) as is_campus,
        count(*) filter (where ${since(10)})::int as last_10,
        count(*) filter (where ${since(60)})::int as last_60,
        count(*)::int as in_all,
        count(*) filter (where state = 'confirmed')::int as confirmed,
        count(*) filter (where ${since(60)} and 'disposable-domain' = any (signals))::int as disposable_60,
        count(*) filter (where 'disposable-domain' = any (signals))::int as disposable_in_all,
        count(*) filter (where ${since(60)} and state = 'confirmed' and 'same-name' = any (signals))::int as same_name_60
      from pledges where campaign_id = ${campaignId} and exclusion_id is null and state <> 'withdrawn'
      group by grouping sets ((domain_digest), (source), ())
      having grouping(domain_digest, source) = 3 or count(*) filter (where ${since(60)}) >= ${FEWEST}) arrived
    left join mail_domains known
      on known.campaign_id = ${campaignId} and known.domain_digest = arrived.domain_digest
    order by last_60 desc, source, arrived.domain_digest`)
  const all = rows.find(({ kind }) => kind === 'all')
  if (!all) throw new Error('a count of everything has no row')
  return { at: now, all, parts: rows.filter((row) => row !== all) }
}

/** What came within the last minutes, and all that came before, of a part and of everything. */
export function sharesIn({ all }: Arrivals, part: Arrived, minutes: Minutes): { now: Share; before: Share } {
  const last = minutes === 10 ? 'last_10' : 'last_60'
  return {
    now: { pledges: part[last], of: all[last] },
    before: { pledges: part.in_all - part[last], of: all.in_all - all[last] },
  }
}

/**
 * Domains and sources that stand out in the last minutes. Not the domains of campuses: those come in crowds, and nobody
 * else has addresses there. Nor pledges without a source: whatever is not embedded has none.
 */
export function standingOut(arrivals: Arrivals, minutes: Minutes): Arrived[] {
  return arrivals.parts.filter((part) => {
    const { kind, source, is_campus } = part
    if (kind === 'all' || (kind === 'domain' && is_campus) || (kind === 'source' && source === null))
      return false
    const { now, before } = sharesIn(arrivals, part, minutes)
    return standsOut(kind, now, before)
  })
}
