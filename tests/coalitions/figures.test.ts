import { describe, expect, test } from 'vitest'
import { campusFigures, partnerFigures } from '../../server/coalitions/figures.ts'
import type { SourceFigures } from '../../server/coalitions/contract.ts'
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

    const drives = times(1_000, () => {
      const smallestShown = 2 + Math.floor(random() * 9)
      const perDay = times(Math.floor(random() * 60), () => Math.floor(random() ** 3 * 12))
      const seen = figures(perDay, Math.floor(random() * 12), smallestShown)
      return { smallestShown, confirmed: sum(perDay), seen }
    })

    expect(drives.filter(({ seen }) => seen).length).toBeGreaterThan(500)
    expect(
      drives.filter(({ seen, confirmed, smallestShown }) => confirmed < smallestShown === Boolean(seen)),
    ).toEqual([])
    expect(drives.flatMap(({ seen, ...drive }) => (seen ? tooMuch(seen, drive) : []))).toEqual([])
  })
})

describe('what a partner sees of the campuses of its source', () => {
  const campuses = { byId: (id: number) => ({ id, domain: `campus-${id}.edu`, name: `Campus ${id}` }) }
  const shownOf = (people: [number | null, number][]) => {
    const count = { confirmed: 0, created: 0, days: [], campuses: new Map(people) }
    return campusFigures(count, { campuses, smallestShown: 5 })
  }

  test('are those with enough, in steps, in an order that tells no more than the steps', () => {
    const seen = shownOf([
      [3, 9],
      [1, 5],
      [2, 14],
      [4, 4],
      [null, 7],
    ])

    expect(seen).toEqual({
      campuses: [
        { campus: 'campus-2.edu', name: 'Campus 2', confirmed: 10 },
        { campus: 'campus-1.edu', name: 'Campus 1', confirmed: 5 },
        { campus: 'campus-3.edu', name: 'Campus 3', confirmed: 5 },
      ],
      elsewhere: 5,
    })
  })

  test('are the same whether the people that a source has besides come from one more campus or not', () => {
    expect(
      shownOf([
        [1, 5],
        [2, 1],
      ]),
    ).toEqual(shownOf([[1, 6]]))
    expect(
      shownOf([
        [1, 5],
        [2, 4],
        [null, 4],
      ]),
    ).toEqual(
      shownOf([
        [1, 9],
        [2, 4],
      ]),
    )
  })
})

/** @param perDay confirmed on each day from the 10th of January on */
function figures(perDay: number[], unconfirmed = 0, smallestShown = 5) {
  const days = perDay.map((confirmed, n) => ({
    day: new Date(Date.UTC(2026, 0, 10 + n)).toISOString().slice(0, 10),
    created: confirmed,
    confirmed,
  }))
  const confirmed = sum(perDay)
  const count: SourceCount = { confirmed, created: confirmed + unconfirmed, days, campuses: new Map() }
  return partnerFigures(count, { smallestShown, since, until })
}

/** What in the figures gives fewer people away, or does not add up. */
function tooMuch(
  { confirmed, created = Infinity, periods }: SourceFigures,
  drive: { smallestShown: number; confirmed: number },
): string[] {
  const gaps = periods.slice(1).map(({ from }, n) => Date.parse(from) - Date.parse(periods[n]!.to))
  return Object.entries({
    'a total of its own': confirmed !== drive.confirmed,
    'days that do not add up': sum(periods.map((period) => period.confirmed)) !== confirmed,
    'a small period': periods.some((period) => period.confirmed < drive.smallestShown),
    'how many wait': created - confirmed < drive.smallestShown,
    'a gap between days': gaps.some((gap) => gap !== 24 * 3_600_000),
    'time that runs back': periods.some(({ from, to }) => from > to),
  }).flatMap(([what, isSo]) => (isSo ? what : []))
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
