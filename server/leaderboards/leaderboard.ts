import type { Leaderboard, Standing } from './contract.ts'

/** What is counted of one campus, before it is decided what may be shown. */
export interface Counted {
  campus: string
  name: string
  confirmed: number
  students: number | null
  goal: number | null
}

interface Counts {
  /** Those with at least one confirmed pledge. */
  campuses: Counted[]
  /** Signers of no campus. */
  elsewhere: number
  smallestShown: number
  goal: number | null
}

/** What of the counts may be public; everything that shows figures shows these. */
export type Frame = Omit<Leaderboard, 'version' | 'at'>

/**
 * Ranks what may be shown. A campus below `smallestShown` is part of the others; their sum is rounded down to a
 * multiple of `smallestShown` and left out where it would cover a single campus. The total is the sum of what is shown,
 * so that no subtraction brings a hidden campus back.
 */
export function publicFrame({ campuses, elsewhere, smallestShown, goal }: Counts): Frame {
  const shown = campuses.filter(({ confirmed }) => confirmed >= smallestShown).sort(byRank)
  const others = othersOf(
    campuses.filter(({ confirmed }) => confirmed > 0 && confirmed < smallestShown),
    smallestShown,
  )
  const elsewhereShown = elsewhere >= smallestShown ? elsewhere : 0
  const confirmed = sum(shown) + (others?.confirmed ?? 0) + elsewhereShown
  return {
    confirmed,
    ...(goal !== null && { goal }),
    campuses: ranked(shown),
    ...(others && { others }),
    ...(elsewhereShown > 0 && { elsewhere: elsewhereShown }),
  }
}

function byRank(a: Counted, b: Counted): number {
  return b.confirmed - a.confirmed || a.name.localeCompare(b.name, 'en')
}

function othersOf(hidden: Counted[], smallestShown: number): Frame['others'] {
  const confirmed = Math.floor(sum(hidden) / smallestShown) * smallestShown
  return hidden.length > 1 && confirmed > 0 ? { campuses: hidden.length, confirmed } : undefined
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
