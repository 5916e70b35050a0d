import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { caps, mayGo, type Send, within } from '../../server/mail/caps.ts'
import { packed, unpacked } from '../../server/mail/packed-sends.ts'
import { seeded, times } from '../builders.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Ask extends Send {
  went: boolean
}

/** Somebody asks for letters to one mailbox, for three days, in bursts and pauses. The first spelling is the plain one. */
function history(seed: number): Ask[] {
  const random = seeded(seed)
  const below = (most: number) => Math.floor(random() * most)
  const spellings = 1 + below(20)
  const campaigns = 1 + below(5)
  const plainness = random()
  const asks: Ask[] = []
  let at = 0
  while (at < 3 * DAY) {
    at += random() < 0.7 ? below(60_000) : below(10 * HOUR)
    const spelling = random() < plainness ? 0 : below(spellings)
    const send = sendTo(spelling, below(campaigns), at)
    asks.push({ ...send, went: mayGo(wentOf(asks), send) })
  }
  return asks
}

function sendTo(spelling: number, campaign: number, at: number): Send {
  return {
    address: `${spelling}`,
    addressAndCampaign: `${spelling} ${campaign}`,
    isPlain: spelling === 0,
    at,
  }
}

const wentOf = (asks: Ask[]): Ask[] => asks.filter(({ went }) => went)

const histories = times(400, (seed) => history(seed + 1))

/** The most that went in any 24 hours, of those that are alike. */
function mostInADay(asks: Ask[], alike: (ask: Ask) => string): number {
  const groups = [...Map.groupBy(wentOf(asks), alike).values()]
  return Math.max(
    0,
    ...groups.flatMap((some) =>
      some.map(
        ({ at }) =>
          within(
            some.filter((s) => s.at <= at),
            at,
          ).length,
      ),
    ),
  )
}

describe('whatever anybody asks for, in any 24 hours', () => {
  test.each([
    ['three go to an address about a campaign', 3, (ask: Ask) => ask.addressAndCampaign],
    ['five go to an address', 5, (ask: Ask) => ask.address],
    ['six go to a mailbox', 6, () => 'all'],
  ])('at most %s', (_, most, alike) => {
    const reached = histories.map((asks) => mostInADay(asks, alike))

    expect(Math.max(...reached)).toBe(most)
  })

  test('three at most of them go to other spellings than the plain one', () => {
    const reached = histories.map((asks) =>
      mostInADay(
        asks.filter(({ isPlain }) => !isPlain),
        () => 'all',
      ),
    )

    expect(Math.max(...reached)).toBe(caps.otherSpellings)
  })

  test('the plain spelling gets three, whatever was done in the others', () => {
    const refused = histories.flatMap((asks) =>
      asks.flatMap((ask, place) => {
        if (ask.went || !ask.isPlain) return []
        const plain = within(wentOf(asks.slice(0, place)), ask.at).filter(({ isPlain }) => isPlain)
        return plain.length
      }),
    )

    expect(refused.length).toBeGreaterThan(100)
    expect(Math.min(...refused)).toBe(3)
  })

  test('another spelling gets one, whatever was done in the plain one', () => {
    const refused = histories.flatMap((asks) =>
      asks.flatMap((ask, place) => {
        if (ask.went || ask.isPlain) return []
        return within(wentOf(asks.slice(0, place)), ask.at).filter(({ isPlain }) => !isPlain).length
      }),
    )

    expect(refused.length).toBeGreaterThan(100)
    expect(Math.min(...refused)).toBe(1)
  })
})

test('a letter counts for 24 hours and no longer', () => {
  const three = times(3, () => sendTo(0, 0, 1_000))

  expect(mayGo(three, sendTo(0, 0, 1_000 + DAY - 1))).toBe(false)
  expect(mayGo(three, sendTo(0, 0, 1_000 + DAY))).toBe(true)
})

test('what is written down of letters is what is read of them', () => {
  const sends = times(6, (n) => ({
    address: randomUUID().replaceAll('-', '').slice(0, 16),
    addressAndCampaign: randomUUID().replaceAll('-', '').slice(0, 16),
    isPlain: n % 2 === 0,
    at: Date.UTC(2026, 10, 20) + n,
  }))

  expect(unpacked(packed(sends))).toEqual(sends)
  expect(unpacked(packed([]))).toEqual([])
})
