import type { Combinations } from './combinations.ts'
import type { Period } from './periods.ts'

/** People of one campus and what may be told of them: what is undefined is not told. */
export interface Told {
  textVersion?: number
  locale?: string
  period?: Period
  source?: string | null
  people: number
}

/** Rows of combinations, and what is told of their people. */
interface Group {
  told: Omit<Told, 'people'>
  rows: Int32Array
}

interface Step {
  /** Rows with the same number have the same value. */
  numberOf: (all: Combinations, row: number) => number
  tell: (all: Combinations, row: number) => Group['told']
  /** What values are put in order by. */
  orderOf: (all: Combinations, row: number) => string
  /** Where this is not told, so many of the next steps are not told either: they would tell it. */
  implies?: number
}

function stepOfPeriod(of: 'month' | 'week' | 'day', implies: number): Step {
  return {
    numberOf: (all, row) => all.dayOf(row)[of].number,
    tell: (all, row) => ({ period: all.dayOf(row)[of] }),
    orderOf: (all, row) => all.dayOf(row)[of].from,
    implies,
  }
}

/** From what is told last to what is left out first. */
const steps: Step[] = [
  {
    numberOf: (all, row) => all.textVersion(row),
    tell: (all, row) => ({ textVersion: all.textVersion(row) }),
    orderOf: (all, row) => String(all.textVersion(row)).padStart(9),
  },
  {
    numberOf: (all, row) => all.localeNumber(row),
    tell: (all, row) => ({ locale: all.localeOf(row) }),
    orderOf: (all, row) => all.localeOf(row),
  },
  stepOfPeriod('month', 2),
  stepOfPeriod('week', 1),
  stepOfPeriod('day', 0),
  {
    numberOf: (all, row) => all.sourceNumber(row),
    tell: (all, row) => ({ source: all.sourceOf(row) }),
    orderOf: (all, row) => all.sourceOf(row) ?? '',
  },
]

/**
 * Tells of each person as much as at least `least` people share, and puts everybody into exactly one group. At each
 * step those whose value too few share are told of together, without it; where they are too few themselves, so many of
 * the largest group join them, or the smallest group as a whole, that nobody finds them by subtracting the others.
 * One group at a time, and in the order of what is told, so that the order tells nothing more.
 * @param all of `least` people or more; rows of it are divided on the way
 */
export function* generalize(all: Combinations, least: number): Generator<Told> {
  yield* split({ all, least }, { told: {}, rows: all.rows() }, 0)
}

interface Splitting {
  all: Combinations
  least: number
}

function* split(splitting: Splitting, { told, rows }: Group, at: number): Generator<Told> {
  const { all } = splitting
  const step = steps[at]
  if (!step) return yield { ...told, people: peopleIn(all, rows) }
  const { large, rest } = partsOf(splitting, rows, step)
  for (const part of large) {
    yield* split(splitting, { told: { ...told, ...step.tell(all, part[0]!) }, rows: part }, at + 1)
  }
  if (rest.length > 0) yield* split(splitting, { told, rows: rest }, at + 1 + (step.implies ?? 0))
}

const NOBODY = new Int32Array(0)

interface Parts {
  /** Large enough to be told apart, in order. */
  large: Int32Array[]
  /** Nobody, or large enough too. */
  rest: Int32Array
}

function partsOf({ all, least }: Splitting, rows: Int32Array, step: Step): Parts {
  const numberOf = (row: number) => step.numberOf(all, row)
  const first = numberOf(rows[0]!)
  if (rows.every((row) => numberOf(row) === first)) return { large: [rows], rest: NOBODY }
  // Too few for two parts: whatever was told of some would tell of the others.
  if (peopleIn(all, rows) < 2 * least) return { large: [], rest: rows }
  const bySize = [...sumsBy(all, rows, numberOf)]
    .filter(([, people]) => people >= least)
    .sort(([a, most], [b, more]) => more - most || a - b)
  const numbers = new Set(bySize.map(([number]) => number))
  const large = bySize.map(([number]) => rows.filter((row) => numberOf(row) === number))
  const rest = rows.filter((row) => !numbers.has(numberOf(row)))
  const filled = filledUp({ all, least }, { large, rest })
  const order = (part: Int32Array) => step.orderOf(all, part[0]!)
  return { ...filled, large: filled.large.sort((a, b) => (order(a) < order(b) ? -1 : 1)) }
}

/** Lets a rest that is too small grow by people of the largest part, or by the smallest part as a whole. */
function filledUp({ all, least }: Splitting, { large, rest }: Parts): Parts {
  const missing = least - peopleIn(all, rest)
  const [largest, ...others] = large
  if (rest.length === 0 || missing <= 0 || !largest) return { large, rest }
  if (peopleIn(all, largest) - missing < least) {
    return { large: large.slice(0, -1), rest: joined(rest, large.at(-1)!) }
  }
  const { aside, kept } = putAside(all, largest, missing)
  return { large: [kept, ...others], rest: joined(rest, aside) }
}

function sumsBy(all: Combinations, rows: Int32Array, numberOf: (row: number) => number) {
  const sums = new Map<number, number>()
  for (const row of rows) sums.set(numberOf(row), (sums.get(numberOf(row)) ?? 0) + all.people(row))
  return sums
}

export function peopleIn(all: Combinations, rows: Int32Array): number {
  let people = 0
  for (const row of rows) people += all.people(row)
  return people
}

/**
 * Puts so many people aside, of the rarest combinations first. @returns the rows of those people, and of all others
 */
export function putAside(
  all: Combinations,
  rows: Int32Array,
  people: number,
): { aside: number[]; kept: Int32Array } {
  const aside = new Set<number>()
  let left = people
  for (let rarity = 1; left > 0; rarity++) {
    for (const row of rows) {
      if (left === 0 || all.people(row) !== rarity || aside.has(row)) continue
      aside.add(rarity <= left ? row : all.divide(row, left))
      left -= Math.min(left, rarity)
    }
  }
  return { aside: [...aside], kept: rows.filter((row) => !aside.has(row)) }
}

function joined(a: ArrayLike<number>, b: ArrayLike<number>): Int32Array {
  const both = new Int32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
