import { describe, expect, test } from 'vitest'
import { times } from '../builders.ts'
import { sameness } from './sameness.ts'

/** Spread like a heap: most in the middle. */
const values = times(400, (n) => Math.asin((2 * n + 1) / 400 - 1))
/** The same, each a little beside where it was. */
const others = times(4, (k) => values.map((value, n) => value + Math.sin(n * (k + 2)) / 100))

describe('whether groups are drawn from one', () => {
  test('groups that differ by nothing but luck are the same', () => {
    expect(sameness([values, ...others])).toBeGreaterThan(0.5)
  })

  test.each([
    ['stands a little higher', (value: number) => value + 0.3],
    ['is only wider', (value: number) => value * 2],
  ])('a group that %s is another', (_, changed) => {
    expect(sameness([values.map(changed), ...others])).toBeLessThan(0.01)
  })
})
