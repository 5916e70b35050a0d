import { expect, test } from 'vitest'
import { read } from './compose.ts'
import { brokenIn, testsNamedIn } from './papers.ts'

const attacks = 'docs/attacks.md'

/** How many attacks each group has. */
const groups = { A: 23, B: 13, C: 26 }

const rows = [...read(attacks).matchAll(/^\| ([ABC]\d+) \| (.+) \| (.+) \| (.*) ?\|$/gm)].map(
  ([, id = '', attack = '', playedBy = '', outcome = '']) => ({ id, attack, playedBy, outcome }),
)

test('every attack has one row, in order', () => {
  const ids = Object.entries(groups).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, n) => `${group}${n + 1}`),
  )

  expect(rows.map(({ id }) => id)).toEqual(ids)
})

test('a row names a test and tells how far the attack came, or says why there is none', () => {
  const vague = rows.filter(({ playedBy, outcome }) =>
    playedBy.includes('`tests/') ? outcome.length < 8 : !/^not played( yet$|: .{10,})/.test(playedBy),
  )

  expect(vague).toEqual([])
})

test('every file and every test that is named exists', () => {
  expect(testsNamedIn(attacks).length).toBeGreaterThan(40)
  expect(brokenIn(attacks)).toEqual([])
})
