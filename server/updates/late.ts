import { sql } from 'drizzle-orm'
import { transaction } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { letterToEach } from '../mail/ledger.ts'

/** Older news are no news. */
const CURRENT_DAYS = 30
/** Whoever confirmed this long before the last look is looked at again: her transaction may have ended after it. */
const OVERLAP = sql`interval '10 minutes'`
const AT_ONCE = 2_000

/**
 * Whoever confirmed since the last look gets the newest update for her campus, if it is not too old; whoever has it gets
 * nothing. While it is paused her letter is written and waits: the looks go on, so that none ever goes back further than the
 * ledger does, however long the pause is.
 */
export async function giveToLate(deps: Deps): Promise<void> {
  const now = deps.now()
  const { rows } = await deps.db.execute<{ campaign_id: number; since: string }>(sql`
    select campaign_id, to_json(min(late_until) - ${OVERLAP})#>>'{}' as since from updates
    where ${isUnderWay} and ${isCurrent(now)} group by campaign_id order by campaign_id`)
  for (const { campaign_id: campaignId, since } of rows) {
    if (await hasConfirmedSince(deps, campaignId, since)) await giveIn(deps, { campaignId, since, now })
    await deps.db.execute(sql`
      update updates set late_until = greatest(late_until, ${now.toISOString()}::timestamptz)
      where campaign_id = ${campaignId} and ${isUnderWay} and ${isCurrent(now)}`)
  }
}

const isUnderWay = sql`state in ('sending', 'paused', 'sent')`

function isCurrent(now: Date) {
  return sql`started_at > ${now.toISOString()}::timestamptz - make_interval(days => ${CURRENT_DAYS})`
}

/** A campaign in which nobody confirms any more costs nothing. */
async function hasConfirmedSince({ db }: Deps, campaignId: number, since: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    select from tally_hours where campaign_id = ${campaignId} and confirmed > 0
      and hour >= date_trunc('hour', ${since}::timestamptz, 'UTC') limit 1`)
  return rows.length > 0
}

interface Late {
  campaignId: number
  since: string
  now: Date
}

async function giveIn(deps: Deps, late: Late): Promise<void> {
  let written = AT_ONCE
  while (written === AT_ONCE) written = await giveSome(deps, late)
}

/** The update is looked up for each of them, and its row held: it is not paused or cancelled meanwhile. */
async function giveSome({ db }: Deps, { campaignId, since, now }: Late): Promise<number> {
  return await transaction(db, async (tx) => {
    await tx.execute(sql`
      select from updates where campaign_id = ${campaignId} and ${isCurrent(now)} order by id for no key update`)
    const { rows } = await tx.execute<{ written: number }>(sql`
      with reader as (
        select pledge.campaign_id, pledge.email_digest, pledge.address_digest, pledge.locale, current.id as update_id,
          current.state = 'paused' as waits
        from pledges pledge cross join lateral (
          select id, state, late_until from updates
          where campaign_id = pledge.campaign_id and ${isUnderWay} and ${isCurrent(now)}
            and (campuses is null or pledge.campus_id = any (campuses))
          order by started_at desc, id desc limit 1) current
        where pledge.campaign_id = ${campaignId} and pledge.state = 'confirmed' and pledge.wants_updates
          and pledge.contact is not null and pledge.confirmed_at >= ${since}::timestamptz
          and pledge.confirmed_at >= current.late_until - ${OVERLAP}
          and not exists (
            select from letters
            where update_id = current.id and campaign_id = pledge.campaign_id
              and address_digest = pledge.address_digest)
        order by pledge.email_digest, pledge.address_digest limit ${AT_ONCE}),
      written as (
        ${letterToEach(sql`reader`, {
          template: 'update',
          askedAt: now,
          update: sql`update_id`,
          dueAt: sql`case when waits then 'infinity' else ${now.toISOString()}::timestamptz end`,
        })}
        returning update_id),
      counted as (select update_id, count(*)::int as letters from written group by update_id),
      noted as (update updates set late = late + letters from counted where id = update_id)
      select coalesce(sum(letters), 0)::int as written from counted`)
    return rows[0]?.written ?? 0
  })
}
