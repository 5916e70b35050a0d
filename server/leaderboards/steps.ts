/** What has begun since the counts were last looked at: steps at which small changes may show. */
export type Step = 'none' | 'quarter' | 'day'

const QUARTER_MS = 15 * 60_000
const DAY_MS = 24 * 3_600_000

/** Quarters of an hour and days are those of UTC, the same for all processes. */
export function stepBetween(last: Date | null, now: Date): Step {
  if (!last || isInAnEarlier(DAY_MS, last, now)) return 'day'
  return isInAnEarlier(QUARTER_MS, last, now) ? 'quarter' : 'none'
}

/** "2026-03-01" */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10)
}

function isInAnEarlier(length: number, last: Date, now: Date): boolean {
  return Math.floor(last.getTime() / length) < Math.floor(now.getTime() / length)
}
