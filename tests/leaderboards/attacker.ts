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
 * @param least 1 for who knows that each takes part
 */
export function candidates(
  smallestShown: number,
  hidden: number,
  others: Frame['others'],
  least = 0,
): Set<number> {
  const isSame = (counts: number[]) => toldOf(smallestShown, counts) === nameOfTold(others)
  return new Set(
    sortedCounts(hidden, smallestShown - 1, least)
      .filter(isSame)
      .flat(),
  )
}

/**
 * The same for who has pledges of his own, so many at each hidden campus, and knows that they are his.
 * @returns for each of them, every number that the others' pledges there may have
 */
export function candidatesBeside(
  smallestShown: number,
  own: number[],
  others: Frame['others'],
): Set<number>[] {
  const order = own.map((_, n) => n).sort((a, b) => own[a]! - own[b]!)
  const found = beside(
    smallestShown,
    order.map((n) => own[n]!),
  ).get(nameOfTold(others))
  return own.map((_, n) => found?.[order.indexOf(n)] ?? new Set())
}

const besides = new Map<string, Map<string, Set<number>[]>>()

/** By what would be told. */
function beside(smallestShown: number, own: number[]): Map<string, Set<number>[]> {
  const name = `${smallestShown} ${own.join(' ')}`
  const known = besides.get(name) ?? new Map<string, Set<number>[]>()
  if (besides.has(name)) return known
  besides.set(name, known)
  const without = own.filter((mine) => mine === 0).length
  for (const few of sortedCounts(without, smallestShown - 1)) {
    for (const many of allCounts(own.slice(without).map((mine) => smallestShown - 1 - mine))) {
      const theirs = [...few, ...many]
      const told = toldOf(
        smallestShown,
        theirs.map((count, n) => count + own[n]!),
      )
      const possible = known.get(told) ?? own.map(() => new Set<number>())
      known.set(told, possible)
      // Who is who of those without a pledge of his does not matter to a sum: each may be any of them.
      for (const [n, count] of theirs.entries())
        for (const at of n < without ? times(without, (one) => one) : [n]) possible[at]!.add(count)
    }
  }
  return known
}

/**
 * Who moves pledges of his own about and looks each time, while nobody else signs: what he sees in all the ways to place
 * so many of them.
 */
export function seenByMoving(drive: Drive, theirs: number[], own: number): string {
  return allCounts(theirs.map(() => own))
    .filter((placed) => placed.reduce((sum, one) => sum + one, 0) <= own)
    .map((placed) =>
      lookOf(
        drive,
        theirs.map((count, n) => count + placed[n]!),
      ),
    )
    .join()
}

const looks = new Map<string, string>()

/** All of a frame that tells of counts, of a drive that is looked at for the first time. */
function lookOf(drive: Drive, campuses: number[]): string {
  const name = `${drive.smallestShown} ${drive.pace} ${campuses.join(' ')}`
  const known = looks.get(name)
  if (known !== undefined) return known
  const frame = frameOf(drive, { campuses, elsewhere: 0 }, 'day')
  const look = `${campuses.map((_, n) => shown(frame, n)).join(' ')}:${nameOfTold(frame.others)}`
  looks.set(name, look)
  return look
}

function nameOfTold(others: Frame['others']): string {
  return others ? `${others.campuses} ${others.confirmed}` : ''
}

const tolds = new Map<string, string>()

function toldOf(smallestShown: number, campuses: number[]): string {
  const name = `${smallestShown} ${campuses.join(' ')}`
  const known = tolds.get(name)
  if (known !== undefined) return known
  const { others } = frameOf({ smallestShown, pace: 'live' }, { campuses, elsewhere: 0 }, 'quarter')
  tolds.set(name, nameOfTold(others))
  return nameOfTold(others)
}

/** Each set of counts once: who is who does not matter to a sum. */
function sortedCounts(campuses: number, most: number, from = 0): number[][] {
  if (campuses === 0) return [[]]
  return times(most - from + 1, (n) => n + from).flatMap((count) =>
    sortedCounts(campuses - 1, most, count).map((rest) => [count, ...rest]),
  )
}

/** Every way in which campuses can have from none to so many. */
export function allCounts(most: number[]): number[][] {
  const [first, ...rest] = most
  if (first === undefined) return [[]]
  const others = allCounts(rest)
  return times(first + 1, (count) => others.map((other) => [count, ...other])).flat()
}
