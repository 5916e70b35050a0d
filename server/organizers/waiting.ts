/** What takes another owner's word or, without one, time in which the others can say no. */
import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

export const HOUR_MS = 3_600_000
export const DELAY_HOURS = 72

/** When it takes effect if nobody says anything. */
export function afterTheWait(askedAt: Date): Date {
  return new Date(askedAt.getTime() + DELAY_HOURS * HOUR_MS)
}

/** What an approval makes of such a time. */
export function noLaterThan(takesEffectAt: PgColumn, at: Date): SQL {
  return sql`least(${takesEffectAt}, ${at.toISOString()}::timestamptz)`
}
