import { sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { letterToEach } from '../mail/ledger.ts'
import { FIRST, pageAfter, type Place } from './pages.ts'

/** Pledges looked at in one transaction. */
const PAGE = 5_000

/** Reminds, once, whoever signed two days ago and has not confirmed, where the campaign still takes signatures. */
export async function remindUnconfirmed(deps: Deps): Promise<void> {
  const now = deps.now().toISOString()
  const { rows: open } = await deps.db.execute<{ id: number }>(sql`
    select id from campaigns
    where state = 'open' and coalesce(opens_at <= ${now}, true) and coalesce(closes_at > ${now}, true)
    order by id`)
  for (const { id } of open) await remindIn(deps, id)
}

async function remindIn(deps: Deps, campaignId: number): Promise<void> {
  let place: Place | undefined = FIRST
  while (place) {
    const from: Place = place
    place = await transaction(deps.db, (tx) => remindNext(tx, { campaignId, from, now: deps.now() }))
  }
}

interface Next {
  campaignId: number
  from: Place
  now: Date
}

/** Marks them as reminded and writes their letters. @returns where to go on; undefined after the last ones */
async function remindNext(tx: Tx, { campaignId, from, now }: Next): Promise<Place | undefined> {
  const { isIn, end } = await pageAfter(tx, campaignId, from, PAGE)
  await tx.execute(sql`
    with late as (
      select campaign_id, email_digest, address_digest from pledges
      where ${isIn} and state = 'pending' and not reminded and exclusion_id is null
        and signed_at < ${now.toISOString()}::timestamptz - interval '2 days'
      order by campaign_id, email_digest, address_digest for update),
    reminded as (
      update pledges as pledge set reminded = true from late
      where pledge.campaign_id = late.campaign_id and pledge.email_digest = late.email_digest
        and pledge.address_digest = late.address_digest
      returning pledge.campaign_id, pledge.email_digest, pledge.address_digest, pledge.locale)
    ${letterToEach(sql`reminded`, { template: 'reminder', askedAt: now })}`)
  return end
}
