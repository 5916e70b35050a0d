import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { markPledges } from '../pledges/marking.ts'

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
