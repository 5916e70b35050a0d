import fc from 'fast-check'
import { expect, test } from 'vitest'
import { times } from '../builders.ts'
import { allCounts, candidatesBeside, publisher, seenByMoving, shown } from '../leaderboards/attacker.ts'
import { reached } from './reached.ts'

/** In the directory; the last never takes part, as most of a real directory do not. */
const CAMPUSES = 6
/** As many as the attacker has mailboxes. */
const OWN = 3

const happenings = fc.record({
  whose: fc.constantFrom('theirs' as const, 'theirs' as const, 'own' as const),
  place: fc.nat({ max: CAMPUSES - 2 }),
  by: fc.constantFrom(1, 1, -1),
  minutes: fc.constantFrom(0, 15, 15, 60, 1_440),
})

const histories = fc.record({
  smallestShown: fc.integer({ min: 2, max: 6 }),
  pace: fc.constantFrom('live' as const, 'steps' as const),
  start: fc.array(fc.nat({ max: 5 }), { minLength: CAMPUSES - 1, maxLength: CAMPUSES - 1 }),
  happened: fc.array(happenings, { minLength: 1, maxLength: 30 }),
})

test('B1: whoever has pledges of his own finds so many numbers fewer for the others of a hidden campus, and no fewer', () => {
  let looks = 0
  fc.assert(
    fc.property(histories, ({ start, happened, ...drive }) => {
      const publish = publisher(drive)
      const counts = { theirs: [...start, 0], own: times(CAMPUSES, () => 0) }
      let now = Date.UTC(2026, 10, 26, 9, 58)
      for (const { whose, place, by, minutes } of happened) {
        const left = whose === 'theirs' ? Infinity : OWN - sum(counts.own)
        counts[whose][place] = Math.max(0, counts[whose][place]! + Math.min(by, left))
        now += minutes * 60_000
        const campuses = counts.theirs.map((count, n) => count + counts.own[n]!)
        const { frame, step } = publish({ campuses, elsewhere: 0 }, new Date(now))
        if (step === 'none') continue
        looks += 1
        const hidden = times(CAMPUSES, (n) => n).filter((n) => shown(frame, n) === 0)
        const own = hidden.map((n) => counts.own[n]!)

        const possible = candidatesBeside(drive.smallestShown, own, frame.others)

        for (const [n, campus] of hidden.entries()) {
          expect(possible[n]).toContain(counts.theirs[campus])
          expect(possible[n]!.size).toBeGreaterThanOrEqual(drive.smallestShown - sum(own))
        }
      }
    }),
    { numRuns: 1_000 },
  )
  reached(
    'B1',
    `with up to ${OWN} pledges of one's own, in ${looks} looks at random drives: so many numbers fewer for the others of a hidden campus, and no fewer`,
  )
})

test('B1: whoever moves one pledge of his own about, while nobody else signs, is told nothing of most hidden campuses', () => {
  const drive = { smallestShown: 5, pace: 'live' as const }
  const alike = Map.groupBy(allCounts(times(5, () => 4)), (theirs) => seenByMoving(drive, theirs, 1))

  const left = [...alike.values()].flatMap((drives) => numbersLeft(drives))

  const whole = left.filter((numbers) => numbers === 4).length
  const found = left.filter((numbers) => numbers === 1).length
  expect(whole / left.length).toBeGreaterThan(0.8)
  expect(found / left.length).toBeLessThan(0.02)
  reached(
    'B1',
    `one pledge moved over five campuses while nobody else signs: of ${left.length} hidden numbers below four, ${whole} may be any of four, and ${found} are found`,
  )
})

/** Of each campus of each drive whose threshold says nothing: how many numbers others' pledges there may have. */
function numbersLeft(drives: number[][]): number[] {
  return times(5, (campus) => {
    const numbers = new Set(drives.map((theirs) => theirs[campus]!)).size
    return drives.filter((theirs) => theirs[campus]! > 0 && theirs[campus]! < 4).map(() => numbers)
  }).flat()
}

function sum(counts: number[]): number {
  return counts.reduce((total, one) => total + one, 0)
}
