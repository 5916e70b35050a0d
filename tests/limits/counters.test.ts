import { expect, test } from 'vitest'
import { Counters } from '../../server/limits/counters.ts'
import { times } from '../builders.ts'

const MINUTE = 60_000

test('very many addresses push out each other, and not the one that goes on asking', () => {
  const counters = new Counters()
  const asked = (name: string) => (counters.of(name, MINUTE, 0).times += 1)
  asked('asked once')

  times(150_000, (n) => {
    asked(`address ${n}`)
    if (n % 1_000 === 0) asked('goes on asking')
  })

  expect(asked('goes on asking')).toBe(151)
  expect(asked('asked once')).toBe(1)
})

test('a window begins with the clock, and a new one from nought', () => {
  const counters = new Counters()
  counters.of('somebody', MINUTE, 59_999).times += 1

  const [before, after] = [counters.of('somebody', MINUTE, 59_999), counters.of('somebody', MINUTE, 60_000)]

  expect([before.times, before.endsAt]).toEqual([1, 60_000])
  expect([after.times, after.endsAt]).toEqual([0, 120_000])
})

test('what has ended is forgotten, and what goes on is not', () => {
  const counters = new Counters()
  const first = counters.of('somebody', 10 * MINUTE, 29 * MINUTE)
  counters.forgetEnded(29 * MINUTE)
  const second = counters.of('another', 10 * MINUTE, 45 * MINUTE)
  counters.forgetEnded(45 * MINUTE)

  expect(counters.known('somebody', first.endsAt)).toBeUndefined()
  expect(counters.known('another', second.endsAt)).toBe(second)
})
