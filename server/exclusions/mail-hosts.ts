import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { markPledges } from '../pledges/marking.ts'

/** What came in from the mail domains that one host serves. */
export interface HostArrived extends Record<string, unknown> {
  host_digest: Buffer
  last_10: number
  last_60: number
  in_all: number
}

const FEWEST_PLEDGES = 30
/** Of one domain its own share is enough to go by. */
const FEWEST_DOMAINS = 3

/** Hosts with some weight in the last hour, those of campuses left out. */
export async function hostArrivalsOf(db: Db, campaignId: number, now: Date): Promise<HostArrived[]> {
  const since = (minutes: number) =>
    sql`signed_at > ${new Date(now.getTime() - minutes * 60_000).toISOString()}::timestamptz`
  const { rows } = await db.execute<HostArrived>(sql`
    select known.host_digest, count(*)::int as in_all,
      count(*) filter (where ${since(10)})::int as last_10, count(*) filter (where ${since(60)})::int as last_60
    from pledges join mail_exchanges known using (campaign_id, domain_digest)
    where campaign_id = ${campaignId} and exclusion_id is null and state <> 'withdrawn' and not campus_proven
      and known.host_digest is not null
    group by known.host_digest
    having count(distinct domain_digest) >= ${FEWEST_DOMAINS} and count(*) filter (where ${since(60)}) >= ${FEWEST_PLEDGES}
    order by last_60 desc, known.host_digest`)
  return rows
}

const MARKED_MINUTES = 60

/**
 * Throw-away mailboxes under domains that no list has yet: their mail is taken in by a host that the list has, or by one
 * that serves at least as many listed domains as others.
 */
export async function noticeListedHosts(db: Db, campaignId: number, now: Date): Promise<void> {
  const since = new Date(now.getTime() - MARKED_MINUTES * 60_000).toISOString()
  await markPledges(db, {
    campaignId,
    signal: 'disposable-domain',
    where: sql`not pledge.campus_proven and pledge.signed_at > ${since}::timestamptz and pledge.domain_digest in (
      select domain_digest from mail_exchanges where campaign_id = ${campaignId} and (is_listed or host_digest in (
        select host_digest from mail_exchanges where campaign_id = ${campaignId} and host_digest is not null
        group by host_digest having 2 * count(*) filter (where is_listed) >= count(*))))`,
  })
}
