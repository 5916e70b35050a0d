import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { MINUTES, type Minutes } from './arrivals.ts'
import type { Share } from './proportion.ts'

/** Fewer in an hour are no flood. */
const FEWEST = 30
/** Of fewer domains at one host, each has its own share to go by. */
const FEWEST_DOMAINS = 3

/** What was counted by one mail domain, by those of one mail host, or by any. */
export interface Counted extends Record<string, unknown> {
  kind: 'domain' | 'mail-host' | 'all'
  digest: Buffer | null
  last_10: number
  last_60: number
  in_all: number
}

export interface CountedParts {
  at: Date
  all: Counted
  /** With some weight in the last hour, domains of campuses left out: nobody else has addresses there. */
  parts: Counted[]
}

/**
 * Counts the pledges that count, by the time they did: what was never confirmed could name any domain, to have it held.
 * Looks through all of them.
 */
export async function countedBy(db: Db, campaignId: number, now: Date): Promise<CountedParts> {
  const since = (minutes: number) =>
    sql`confirmed_at > ${new Date(now.getTime() - minutes * 60_000).toISOString()}::timestamptz`
  const { rows } = await db.execute<Counted>(sql`
    with counted as materialized (
      select domain_digest, bool_or(campus_proven) as is_campus, count(*)::int as in_all,
        count(*) filter (where ${since(10)})::int as last_10, count(*) filter (where ${since(60)})::int as last_60
      from pledges where campaign_id = ${campaignId} and state = 'confirmed' group by domain_digest)
    select 'all' as kind, null as digest, coalesce(sum(last_10), 0)::int as last_10,
      coalesce(sum(last_60), 0)::int as last_60, coalesce(sum(in_all), 0)::int as in_all from counted
    union all
    select 'domain', domain_digest, last_10, last_60, in_all from counted
    where not is_campus and last_60 >= ${FEWEST}
    union all
    select 'mail-host', host_digest, sum(last_10)::int, sum(last_60)::int, sum(in_all)::int
    from counted join mail_exchanges known
      on known.campaign_id = ${campaignId} and known.domain_digest = counted.domain_digest
    where not is_campus and host_digest is not null
    group by host_digest having count(*) >= ${FEWEST_DOMAINS} and sum(last_60) >= ${FEWEST}`)
  const all = rows.find(({ kind }) => kind === 'all')
  if (!all) throw new Error('a count of everything has no row')
  return { at: now, all, parts: rows.filter((row) => row !== all) }
}

export interface CountedShares {
  minutes: Minutes
  now: Share
  before: Share
}

/** What was counted within the last minutes, and before, of a part and of everything: for each of the usual times. */
export function countedShares({ all }: CountedParts, part: Counted): CountedShares[] {
  return MINUTES.map((minutes) => {
    const last = minutes === 10 ? 'last_10' : 'last_60'
    return {
      minutes,
      now: { pledges: part[last], of: all[last] },
      before: { pledges: part.in_all - part[last], of: all.in_all - all[last] },
    }
  })
}
