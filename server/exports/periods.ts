/** The days that something may have happened on, both included, as ISO dates. */
export interface Period {
  from: string
  to: string
  /** The first day, as the number of days since 1970. */
  number: number
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

export function calendarOf(isoDay: string): Calendar {
  const day = Date.parse(isoDay) / DAY_MS
  const monday = mondayOf(day)
  const at = new Date(monday * DAY_MS)
  const firstOf = (month: number) => Date.UTC(at.getUTCFullYear(), month, 1) / DAY_MS
  return {
    day: period(day, day),
    week: period(monday, monday + 6),
    month: period(mondayFrom(firstOf(at.getUTCMonth())), mondayFrom(firstOf(at.getUTCMonth() + 1)) - 1),
  }
}

/** The first of 1970 was a Thursday. */
function mondayOf(day: number): number {
  return day - ((day + 3) % 7)
}

function mondayFrom(day: number): number {
  return mondayOf(day + 6)
}

function period(from: number, to: number): Period {
  return { from: isoDayOf(from), to: isoDayOf(to), number: from }
}

function isoDayOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
