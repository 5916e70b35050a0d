import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Dashboard } from './contract.ts'
import { hoursCounted } from '../leaderboards/tally.ts'

type Host = NonNullable<Dashboard['host']>

const HOURS_SHOWN = 72

interface Arrived extends Record<string, unknown> {
  at: string
  created: number
  confirmed: number
}

/** The last 72 hours, those without anything too. */
export async function hoursOf(db: Db, campaignId: number, now: Date): Promise<Host['hours']> {
  const { rows } = await db.execute<Arrived>(sql`
    with last as (select date_trunc('hour', ${now.toISOString()}::timestamptz, 'UTC') as hour)
    select to_char(hours.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
      coalesce(sum(created), 0)::int as created, coalesce(sum(confirmed), 0)::int as confirmed
    from last, generate_series(last.hour - ${HOURS_SHOWN - 1} * interval '1 hour', last.hour, '1 hour') as hours (hour)
    left join ${hoursCounted} on campaign_id = ${campaignId} and hours_counted.hour = hours.hour
    group by hours.hour order by hours.hour`)
  return rows.map(({ at, ...arrived }) => ({ hour: at, ...arrived }))
}

/** Every day since the first signature, those without anything too; empty before it. */
export async function daysOf(db: Db, campaignId: number, now: Date): Promise<Host['days']> {
  const { rows } = await db.execute<Arrived>(sql`
    with counted as (
      select (hour at time zone 'UTC')::date as day, sum(created)::int as created, sum(confirmed)::int as confirmed
      from ${hoursCounted} where campaign_id = ${campaignId} group by 1),
    ${everyDay(now)}
    select to_char(day, 'YYYY-MM-DD') as at, coalesce(created, 0) as created, coalesce(confirmed, 0) as confirmed
    from days left join counted using (day) order by day`)
  return rows.map(({ at, ...arrived }) => ({ day: at, ...arrived }))
}

/**
 * What counts today, by the day it was confirmed, summed up: what was withdrawn or excluded since is in none of it.
 * Looks through all pledges of the campaign.
 */
export async function growthOf(db: Db, campaignId: number, now: Date): Promise<Host['growth']> {
  const { rows } = await db.execute<{ day: string; confirmed: number }>(sql`
    with counted as (
      select (confirmed_at at time zone 'UTC')::date as day, count(*) as confirmed
      from pledges where campaign_id = ${campaignId} and state = 'confirmed' group by 1),
    ${everyDay(now)}
    select to_char(day, 'YYYY-MM-DD') as day, (sum(coalesce(confirmed, 0)) over (order by day))::int as confirmed
    from days left join counted using (day) order by day`)
  return rows
}

/** The days from the first that was counted to today. */
function everyDay(now: Date) {
  return sql`days as (
    select generate_series(min(day), (${now.toISOString()}::timestamptz at time zone 'UTC')::date, '1 day')::date as day
    from counted)`
}

export async function pendingOf(db: Db, campaignId: number): Promise<number> {
  const { rows } = await db.execute<{ pending: number }>(sql`
    select count(*)::int as pending from pledges where campaign_id = ${campaignId} and state = 'pending'`)
  return rows[0]?.pending ?? 0
}
