import type { Campuses } from '../campuses/campus.ts'
import type { SourceFigures } from './contract.ts'
import type { SourceCount } from './source-counts.ts'

const nothing: SourceCount = { created: 0, confirmed: 0, days: [], campuses: new Map() }

/** All of it, for the host. */
export function exactFigures(count: SourceCount = nothing): SourceFigures {
  const periods = count.days
    .filter(({ confirmed }) => confirmed > 0)
    .map(({ day, confirmed }) => ({ from: day, to: day, confirmed }))
  return { confirmed: count.confirmed, created: count.created, periods }
}

export interface Allowed {
  smallestShown: number
  /** When the source was registered, and when its pledges were counted. */
  since: Date
  until: Date
}

/**
 * What a partner may see of its own source: a code for each student must not tell which of them pledged, nor when. A
 * source with fewer than `smallestShown` confirmed pledges has no figures; days are joined until each period has as
 * many; how many signed is left out where subtraction would show fewer who have not confirmed.
 */
export function partnerFigures(
  count: SourceCount | undefined,
  { smallestShown, since, until }: Allowed,
): SourceFigures | undefined {
  if (!count || count.confirmed < smallestShown) return undefined
  const { created, confirmed, days } = count
  const ends = joined(days, smallestShown)
  return {
    confirmed,
    ...(created - confirmed >= smallestShown && { created }),
    periods: ends.map(({ to, confirmed }, place) => ({
      // The days of the first and of the last pledge are nobody's business: periods lie end to end.
      from: place === 0 ? earlier(dayOf(since), to) : dayAfter(ends[place - 1]?.to ?? to),
      to: place === ends.length - 1 ? dayOf(until) : to,
      confirmed,
    })),
  }
}

/**
 * From which campuses a partner's own source brought how many people. Each is rounded down to a multiple of
 * `smallestShown`: exact ones would tell, by what they leave of the source's own figure, how many came from campuses
 * that are too small to be shown.
 */
export function campusFigures(
  { campuses: counted }: SourceCount,
  { campuses, smallestShown }: { campuses: Pick<Campuses, 'byId'>; smallestShown: number },
): Pick<SourceFigures, 'campuses' | 'elsewhere'> {
  const told = (people: number) => people - (people % smallestShown)
  const shown = [...counted].flatMap(([id, people]) => {
    const campus = id === null ? undefined : campuses.byId(id)
    return campus && told(people) > 0
      ? [{ campus: campus.domain, name: campus.shortName ?? campus.name, confirmed: told(people) }]
      : []
  })
  const elsewhere = told(counted.get(null) ?? 0)
  return {
    campuses: shown.sort((a, b) => b.confirmed - a.confirmed || a.name.localeCompare(b.name, 'en')),
    ...(elsewhere && { elsewhere }),
  }
}

/** By when each period had enough; what is left over belongs to the last. */
function joined(days: SourceCount['days'], smallestShown: number): { to: string; confirmed: number }[] {
  const ends: { to: string; confirmed: number }[] = []
  let waiting = 0
  for (const { day, confirmed } of days) {
    waiting += confirmed
    if (waiting < smallestShown) continue
    ends.push({ to: day, confirmed: waiting })
    waiting = 0
  }
  const last = ends.at(-1)
  if (last) last.confirmed += waiting
  return ends
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function dayAfter(day: string): string {
  return dayOf(new Date(Date.parse(day) + 24 * 3_600_000))
}

function earlier(one: string, other: string): string {
  return one < other ? one : other
}
