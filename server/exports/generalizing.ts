import type { Calendar, Period } from './periods.ts'

/** People of one campus who have all of this in common. */
export interface Combination {
  /** When they confirmed, in UTC. */
  at: Calendar
  /** Null where they came by none. */
  source: string | null
  textVersion: number
  locale: string
  people: number
}

/** People of one campus and what may be told of them: what is undefined is not told. */
export interface Told {
  textVersion?: number
  locale?: string
  period?: Period
  source?: string | null
  people: number
}

interface Step {
  valueOf: (combination: Combination) => string | number | null
  tell: (combination: Combination) => Omit<Told, 'people'>
  /** Where this is not told, these many of the next steps are not told either: they would tell it. */
  implies?: number
}

/** From what is told last to what is left out first. */
const steps: Step[] = [
  { valueOf: ({ textVersion }) => textVersion, tell: ({ textVersion }) => ({ textVersion }) },
  { valueOf: ({ locale }) => locale, tell: ({ locale }) => ({ locale }) },
  { valueOf: ({ at }) => at.month.from, tell: ({ at }) => ({ period: at.month }), implies: 2 },
  { valueOf: ({ at }) => at.week.from, tell: ({ at }) => ({ period: at.week }), implies: 1 },
  { valueOf: ({ at }) => at.day.from, tell: ({ at }) => ({ period: at.day }) },
  { valueOf: ({ source }) => source, tell: ({ source }) => ({ source }) },
]

/**
 * Tells of each person as much as at least `least` people share, and puts everybody into exactly one group. At each
 * step those whose value too few share are told of together, without it; where they are too few themselves, so many of
 * the largest group join them, or the smallest group as a whole, that nobody finds them by subtracting the others.
 * @param combinations of `least` people or more in all, in an order that is always the same
 */
export function generalize(combinations: Combination[], least: number): Told[] {
  return split({ told: {}, combinations }, 0, least)
    .map(({ told, combinations: alike }) => ({ ...told, people: sum(alike) }))
    .sort(byWhatIsTold)
}

interface Group {
  told: Omit<Told, 'people'>
  combinations: Combination[]
}

function split(group: Group, at: number, least: number): Group[] {
  const step = steps[at]
  if (!step) return [group]
  const { large, rest } = sorted([...Map.groupBy(group.combinations, step.valueOf).values()], least)
  const told = large.map((combinations) => ({
    told: { ...group.told, ...step.tell(combinations[0]!) },
    combinations,
  }))
  return [
    ...told.flatMap((part) => split(part, at + 1, least)),
    ...(rest.length > 0 ? split({ ...group, combinations: rest }, at + 1 + (step.implies ?? 0), least) : []),
  ]
}

/** Those parts that are large enough to be told apart, and the rest, which is nobody or large enough too. */
function sorted(parts: Combination[][], least: number): { large: Combination[][]; rest: Combination[] } {
  const large = parts.filter((part) => sum(part) >= least).sort((a, b) => sum(b) - sum(a))
  const rest = parts.filter((part) => sum(part) < least).flat()
  const missing = least - sum(rest)
  if (rest.length === 0 || missing <= 0) return { large, rest }
  const [largest, ...others] = large
  if (largest && sum(largest) - missing >= least) {
    const [out, kept] = divided(largest, missing)
    return { large: [kept, ...others], rest: [...rest, ...out] }
  }
  return { large: large.slice(0, -1), rest: [...rest, ...(large.at(-1) ?? [])] }
}

/**
 * So many people, of the rarest combinations first, and all others.
 * @param combinations of at least so many people, in an order that is always the same
 */
export function divided(combinations: Combination[], people: number): [Combination[], Combination[]] {
  let left = people
  const out: Combination[] = []
  const kept: Combination[] = []
  for (const combination of combinations.toSorted((a, b) => a.people - b.people)) {
    const taken = Math.min(left, combination.people)
    left -= taken
    if (taken > 0) out.push({ ...combination, people: taken })
    if (taken < combination.people) kept.push({ ...combination, people: combination.people - taken })
  }
  return [out, kept]
}

export function sum(parts: { people: number }[]): number {
  return parts.reduce((total, { people }) => total + people, 0)
}

/** By what everybody sees in the file, so that the order tells nothing. */
function byWhatIsTold(a: Told, b: Told): number {
  return seen(a) < seen(b) ? -1 : 1
}

function seen({ textVersion, locale, period, source }: Told): string {
  return [period?.from ?? '~', period?.to ?? '', source ?? '~', textVersion ?? '~', locale ?? '~'].join(' ')
}
