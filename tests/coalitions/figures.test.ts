import { describe, expect, test } from 'vitest'
import { partnerFigures } from '../../server/coalitions/figures.ts'
import type { SourceCount } from '../../server/coalitions/source-counts.ts'
import { seeded, times } from '../builders.ts'

const since = new Date('2026-01-05T12:00:00Z')
const until = new Date('2026-03-31T12:00:00Z')

describe('what a partner sees of its source', () => {
  test('is nothing below the smallest number', () => {
    expect(figures([4])).toBeUndefined()
    expect(partnerFigures(undefined, { smallestShown: 5, since, until })).toBeUndefined()
  })

  test('joins days until each period has enough; first and last day tell of nobody', () => {
    expect(figures([0, 2, 0, 3, 9, 1, 0, 3])).toEqual({
      confirmed: 18,
      periods: [
        { from: '2026-01-05', to: '2026-01-13', confirmed: 5 },
        { from: '2026-01-14', to: '2026-03-31', confirmed: 13 },
      ],
    })
  })

  test('tells how many signed only where enough of them wait', () => {
    expect(figures([6], 4)?.created).toBeUndefined()
    expect(figures([6], 0)?.created).toBeUndefined()
    expect(figures([6], 5)?.created).toBe(11)
  })

  test('holds in a thousand drives no number, and no difference of two, that stands for too few', () => {
    const random = seeded(20_261_124)
    for (const _ of times(1_000, (n) => n)) {
      const smallestShown = 2 + Math.floor(random() * 9)
      const perDay = times(Math.floor(random() * 60), () => Math.floor(random() ** 3 * 12))
      const seen = figures(perDay, Math.floor(random() * 12), smallestShown)
      const confirmed = perDay.reduce((sum, one) => sum + one, 0)

      if (confirmed < smallestShown) {
        expect(seen).toBeUndefined()
        continue
      }
      const parts = seen?.periods.map((period) => period.confirmed) ?? []
      expect(parts.reduce((sum, one) => sum + one, 0)).toBe(confirmed)
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(smallestShown)
      if (seen?.created) expect(seen.created - confirmed).toBeGreaterThanOrEqual(smallestShown)
      for (const [n, { from, to }] of seen?.periods.entries() ?? []) {
        expect(from <= to).toBe(true)
        if (n > 0) expect(Date.parse(from) - Date.parse(seen!.periods[n - 1]!.to)).toBe(24 * 3_600_000)
      }
    }
  })
})

/** @param perDay confirmed on each day from the 10th of January on */
function figures(perDay: number[], unconfirmed = 0, smallestShown = 5) {
  const days = perDay.map((confirmed, n) => ({
    day: new Date(Date.UTC(2026, 0, 10 + n)).toISOString().slice(0, 10),
    created: confirmed,
    confirmed,
  }))
  const confirmed = perDay.reduce((sum, one) => sum + one, 0)
  const count: SourceCount = { confirmed, created: confirmed + unconfirmed, days }
  return partnerFigures(count, { smallestShown, since, until })
}
