import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Frame } from '../../server/leaderboards/leaderboard.ts'
import { times } from '../builders.ts'
import { candidates, type Counts, type Drive, frameOf, publisher, shown } from './attacker.ts'

/** In the directory; the last never takes part, as most of a real directory do not. */
const CAMPUSES = 7
const HISTORIES = { numRuns: 1_500 }

const drives = fc.record({
  smallestShown: fc.integer({ min: 2, max: 6 }),
  pace: fc.constantFrom('live' as const, 'steps' as const),
})

/** Signatures and withdrawals one by one, floods and exclusions in one go, an undo brings back. */
const events = fc.record({
  place: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: CAMPUSES - 2 }) },
    fc.constant('elsewhere' as const),
  ),
  by: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, 1, -1) },
    { weight: 1, arbitrary: fc.integer({ min: -14, max: 14 }) },
  ),
  minutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 7, 15, 60, 1_440)),
})
const histories = fc.record({
  drive: drives,
  start: fc.array(fc.nat({ max: 9 }), { minLength: CAMPUSES - 1, maxLength: CAMPUSES - 1 }),
  events: fc.array(events, { minLength: 1, maxLength: 30 }),
  seeds: fc.infiniteStream(fc.nat({ max: 1_000 })),
})

test('to who sees all that is published, a hidden campus has any number below the smallest that is shown', () => {
  expect.hasAssertions()
  everyFrame(
    ({ smallestShown }, { frame, counts }) => {
      const hidden = hiddenOf(frame)

      const possible = candidates(smallestShown, hidden.length, frame.others)

      expect([...possible].sort()).toEqual(times(smallestShown, (n) => n))
      for (const campus of hidden) expect(counts.campuses[campus]).toBeLessThan(smallestShown)
    },
    ({ step }) => step !== 'none',
  )
})

test('who knows which campuses take part still finds any number from one', () => {
  for (const smallestShown of times(6, (n) => n + 2)) {
    for (const campuses of times(6, (n) => n + 2)) {
      for (const others of saidOf(smallestShown, campuses)) {
        const possible = candidates(smallestShown, campuses, others, 1)

        expect(others.confirmed % smallestShown).toBe(0)
        expect([...possible].sort((a, b) => a - b)).toEqual(times(smallestShown - 1, (n) => n + 1))
      }
    }
  }
})

test('between two steps nothing that is published depends on a hidden count, nor on who left', () => {
  expect.hasAssertions()
  everyFrame(
    (drive, { frame, before, counts, seeds }) => {
      const campuses = counts.campuses.map((count, campus) =>
        anyOther(drive, count, {
          before: before ? shown(before, campus) : 0,
          now: shown(frame, campus),
          seed: seeds.next().value,
        }),
      )

      expect(frameOf(drive, { ...counts, campuses }, 'none', before)).toEqual(frame)
    },
    ({ step }) => step === 'none',
  )
})

test('the total is the sum of what is shown, and nothing is shown of fewer than the smallest', () => {
  expect.hasAssertions()
  everyFrame(({ smallestShown }, { frame: { confirmed, campuses, others, elsewhere = 0 } }) => {
    const figures = [...campuses.map((one) => one.confirmed), others?.confirmed ?? 0, elsewhere]

    expect(confirmed).toBe(figures.reduce((sum, one) => sum + one, 0))
    expect(figures.filter((one) => one > 0 && one < smallestShown)).toEqual([])
    expect(others?.campuses).not.toBe(1)
  })
})

test('a campus that is shown stays till the day ends, and does not fall by fewer than the smallest', () => {
  expect.hasAssertions()
  everyFrame(
    ({ smallestShown }, seen) => {
      const moves = movesIn(seen)

      expect(moves.filter(({ before, now }) => before > 0 && now < smallestShown)).toEqual([])
      expect(moves.filter(({ before, now }) => before > now && before - now < smallestShown)).toEqual([])
    },
    ({ step }) => step !== 'day',
  )
})

test('in steps, no figure moves within a quarter of an hour for fewer than the smallest number', () => {
  expect.hasAssertions()
  everyFrame(
    ({ smallestShown }, seen) => {
      expect(movesIn(seen).filter(({ before, now }) => Math.abs(before - now) < smallestShown)).toEqual([])
    },
    ({ step }, { pace }) => step === 'none' && pace === 'steps',
  )
})

interface Seen {
  frame: Frame
  before: Frame | undefined
  step: 'none' | 'quarter' | 'day'
  counts: Counts
  seeds: Iterator<number>
}

/** Looks at each frame of thousands of random histories. */
function everyFrame(
  look: (drive: Drive, seen: Seen) => void,
  isMeant: (seen: Seen, drive: Drive) => boolean = () => true,
): void {
  fc.assert(
    fc.property(histories, ({ drive, start, events: happened, seeds }) => {
      const publish = publisher(drive)
      const counts: Counts = { campuses: [...start, 0], elsewhere: 3 }
      let now = Date.UTC(2026, 10, 26, 9, 58)
      const see = () => {
        const seen = { ...publish(counts, new Date(now)), counts, seeds }
        if (isMeant(seen, drive)) look(drive, seen)
      }
      see()
      for (const { place, by, minutes } of happened) {
        if (place === 'elsewhere') counts.elsewhere = Math.max(0, counts.elsewhere + by)
        else counts.campuses[place] = Math.max(0, (counts.campuses[place] ?? 0) + by)
        now += minutes * 60_000
        see()
      }
    }),
    HISTORIES,
  )
}

/** The figures that changed, those of no campus too. */
function movesIn({ frame, before }: Seen): { before: number; now: number }[] {
  const figures = times(CAMPUSES, (campus) => ({
    before: before ? shown(before, campus) : 0,
    now: shown(frame, campus),
  }))
  figures.push({ before: before?.elsewhere ?? 0, now: frame.elsewhere ?? 0 })
  return figures.filter((figure) => figure.before !== figure.now)
}

function hiddenOf(frame: Frame): number[] {
  return times(CAMPUSES, (n) => n).filter((campus) => shown(frame, campus) === 0)
}

interface Figure {
  before: number
  now: number
  seed: number
}

/** Another count that must look the same: any small one of a hidden campus, and of one whose figure stays, fewer. */
function anyOther({ smallestShown, pace }: Drive, count: number, { before, now, seed }: Figure): number {
  if (now === 0) return seed % (pace === 'live' ? smallestShown : 2 * smallestShown)
  if (now !== before) return count
  const floor = now < 2 * smallestShown ? 0 : now - smallestShown + 1
  const most = pace === 'live' ? now : now + smallestShown - 1
  return floor + (seed % (most - floor + 1))
}

/** Everything that may be said of so many campuses. */
function saidOf(smallestShown: number, campuses: number): NonNullable<Frame['others']>[] {
  const said = times(campuses * (smallestShown - 1) + 1, (sum) => {
    const counts = times(campuses, (n) =>
      Math.max(1, Math.min(smallestShown - 1, sum - campuses - n * (smallestShown - 2) + 1)),
    )
    return frameOf({ smallestShown, pace: 'live' }, { campuses: counts, elsewhere: 0 }, 'day').others
  })
  return said.filter((one) => one !== undefined)
}
