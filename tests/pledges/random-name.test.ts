import { describe, expect, test } from 'vitest'
import { looksRandom } from '../../server/pledges/random-name.ts'

describe('what stands before the @', () => {
  test.each(['k7x2q9vz4m', 'x8f3kq2w1z', 'qwrtpsdfgh', 'a1b2c3d4e5', 'bxkcvzqjwn', 'h4k9.x2m7q'])(
    'looks random: %s',
    (name) => expect(looksRandom(name)).toBe(true),
  )

  test.each([
    'ada',
    'jd3481',
    'jsmith1987',
    'mary2jane3',
    'lynnschwartz',
    'goldschmidt',
    'christopher.wright',
    'xochitl.garcia99',
    'nguyen.thi.phuong',
    'krzysztof',
    'schwarzkopf.strength',
    'wolfgang1991+pledge7x2q9vz4',
    'thtran2004',
  ])('does not: %s', (name) => expect(looksRandom(name)).toBe(false))
})
