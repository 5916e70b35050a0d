import { type Frame, publicFrame } from '../../server/leaderboards/leaderboard.ts'
import { type Step, stepBetween } from '../../server/leaderboards/steps.ts'
import { times } from '../builders.ts'

/** What really is, campus by campus; those of no campus under `elsewhere`. */
export interface Counts {
  campuses: number[]
  elsewhere: number
}

export interface Drive {
  smallestShown: number
  pace: 'live' | 'steps'
}

export const nameOf = (campus: number) => `c${campus}.edu`

export function frameOf(drive: Drive, { campuses, elsewhere }: Counts, step: Step, before?: Frame): Frame {
  const counted = campuses.map((confirmed, n) => ({
    campus: nameOf(n),
    name: nameOf(n),
    confirmed,
    students: null,
    goal: null,
  }))
  return publicFrame({ ...drive, campuses: counted, elsewhere, goal: null, step, ...(before && { before }) })
}

/** A drive as the server publishes it, by the clock and after each change. */
export function publisher(drive: Drive) {
  let frame: Frame | undefined
  let stepped: Date | null = null
  return (counts: Counts, now: Date) => {
    const before = frame
    const step = stepBetween(stepped, now)
    frame = frameOf(drive, counts, step, before)
    if (step !== 'none') stepped = now
    return { before, frame, step }
  }
}

/** What is shown of a campus, and 0 of one that is hidden. */
export function shown(frame: Frame, campus: number): number {
  return frame.campuses.find((one) => one.campus === nameOf(campus))?.confirmed ?? 0
}

/**
 * Who knows the directory, the rule and all that was published: every number that a hidden campus may have. He tries
 * all counts that so many campuses can have, and keeps those that would look the same.
 */
export function candidates(smallestShown: number, hidden: number, others: Frame['others']): Set<number> {
  const isSame = (counts: number[]) => {
    const seen = othersOfAll(smallestShown, counts)
    return seen?.campuses === others?.campuses && seen?.confirmed === others?.confirmed
  }
  return new Set(
    sortedCounts(hidden, smallestShown - 1)
      .filter(isSame)
      .flat(),
  )
}

const known = new Map<string, Frame['others']>()

function othersOfAll(smallestShown: number, campuses: number[]): Frame['others'] {
  const name = `${smallestShown} ${campuses.join(' ')}`
  if (!known.has(name)) {
    const { others } = frameOf({ smallestShown, pace: 'live' }, { campuses, elsewhere: 0 }, 'quarter')
    known.set(name, others)
  }
  return known.get(name)
}

/** Each set of counts once: who is who does not matter to a sum. */
function sortedCounts(campuses: number, most: number, from = 0): number[][] {
  if (campuses === 0) return [[]]
  return times(most - from + 1, (n) => n + from).flatMap((count) =>
    sortedCounts(campuses - 1, most, count).map((rest) => [count, ...rest]),
  )
}
