import type { Leaderboard, Standing } from './contract.ts'
import { othersOf, othersWithout, type Rule, shownFigure } from './small-numbers.ts'

/** What is counted of one campus, before it is decided what may be shown. */
export interface Counted {
  campus: string
  name: string
  confirmed: number
  students: number | null
  goal: number | null
}

interface Counts extends Rule {
  /** Those with at least one confirmed pledge. */
  campuses: Counted[]
  /** Signers of no campus. */
  elsewhere: number
  goal: number | null
  /** What was published last. */
  before?: Frame
}

/** What of the counts may be public; everything that shows figures shows these. */
export type Frame = Omit<Leaderboard, 'version' | 'at'>

/**
 * Ranks what may be shown, each campus as `shownFigure` says and those it hides together, as `othersOf` says. The total
 * is the sum of what is shown, so that no subtraction brings a hidden campus back; and what is shown follows from what
 * was shown and from the counts of campuses that are, but for a quarter-hourly look at the others.
 */
export function publicFrame({ campuses, elsewhere, goal, before, ...rule }: Counts): Frame {
  const last = new Map(before?.campuses.map(({ campus, confirmed }) => [campus, confirmed]))
  const figures = campuses.map((one) => ({ ...one, confirmed: figureOf(one, last.get(one.campus), rule) }))
  const shown = figures.filter(({ confirmed }) => confirmed > 0).sort(byRank)
  const others =
    rule.step === 'none'
      ? othersWithout(
          before?.others,
          shown.filter(({ campus }) => !last.has(campus)).length,
          rule.smallestShown,
        )
      : othersOf(hiddenOf(campuses, shown), rule.smallestShown)
  const elsewhereShown = shownFigure({ counted: elsewhere, before: before?.elsewhere ?? 0 }, rule)
  const confirmed = sum(shown) + (others?.confirmed ?? 0) + elsewhereShown
  return {
    confirmed,
    ...(goal !== null && { goal }),
    campuses: ranked(shown),
    ...(others && { others }),
    ...(elsewhereShown > 0 && { elsewhere: elsewhereShown }),
  }
}

function figureOf({ confirmed: counted }: Counted, before = 0, rule: Rule): number {
  return shownFigure({ counted, before }, rule)
}

function hiddenOf(campuses: Counted[], shown: Counted[]): number[] {
  const isShown = new Set(shown.map(({ campus }) => campus))
  return campuses.flatMap(({ campus, confirmed }) =>
    confirmed > 0 && !isShown.has(campus) ? [confirmed] : [],
  )
}

function byRank(a: Counted, b: Counted): number {
  return b.confirmed - a.confirmed || a.name.localeCompare(b.name, 'en')
}

function ranked(shown: Counted[]): Standing[] {
  let rank = 0
  return shown.map(({ campus, name, confirmed, students, goal }, place) => {
    if (confirmed !== shown[place - 1]?.confirmed) rank = place + 1
    return {
      campus,
      name,
      confirmed,
      rank,
      ...(students && { perThousand: Math.round((confirmed / students) * 10_000) / 10 }),
      ...(goal && { goal }),
    }
  })
}

function sum(counted: Counted[]): number {
  return counted.reduce((total, { confirmed }) => total + confirmed, 0)
}
