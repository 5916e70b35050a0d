/** The days that something may have happened on, both included, as ISO dates. */
export interface Period {
  from: string
  to: string
}

/** A day, its week and its month. */
export interface Calendar {
  day: Period
  /** Monday to Sunday. */
  week: Period
  /** The weeks that begin in the month in which this week begins, so that a week is part of one month. */
  month: Period
}

const DAY_MS = 86_400_000

export function calendarOf(day: string): Calendar {
  return { day: { from: day, to: day }, week: weekOf(day), month: monthOf(day) }
}

function weekOf(day: string): Period {
  const at = Date.parse(day)
  const monday = at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS
  return { from: isoDay(monday), to: isoDay(monday + 6 * DAY_MS) }
}

function monthOf(day: string): Period {
  const [year = 0, month = 0] = weekOf(day).from.split('-').map(Number)
  const firstOf = (at: number) => isoDay(Date.UTC(year, at, 1))
  return { from: mondayFrom(firstOf(month - 1)), to: dayBefore(mondayFrom(firstOf(month))) }
}

function mondayFrom(day: string): string {
  return weekOf(isoDay(Date.parse(day) + 6 * DAY_MS)).from
}

function dayBefore(day: string): string {
  return isoDay(Date.parse(day) - DAY_MS)
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
