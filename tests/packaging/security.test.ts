import { expect, test } from 'vitest'
import { read } from './compose.ts'
import { brokenIn, filesNamedIn, testsNamedIn } from './papers.ts'

const security = 'docs/security.md'
const model = 'docs/threat-model.md'

/** How many lines of ASVS 5.0, levels 1 and 2, apply; by chapter, as the page itself says. */
const APPLY = 181

interface Row {
  id: string
  where: string
  shownBy: string
}

const rows: Row[] = read(security)
  .split('\n')
  .map((line) => /^\| (?:! )?(\d+\.\d+\.\d+) \|.* \| (.+) \| (.+) \|$/.exec(line))
  .flatMap((parts) => (parts ? [{ id: parts[1]!, where: parts[2]!, shownBy: parts[3]! }] : []))

test('every line of the checklist stands in the table once, and as many to a chapter as it says', () => {
  const chapters = [...read(security).matchAll(/^\| V(\d+) [^|]+\| \d+ \| \d+ \| (\d+) \| \d+ \|$/gm)]

  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  expect(rows).toHaveLength(APPLY)
  expect(chapters).toHaveLength(17)
  for (const [, chapter, count] of chapters) {
    expect([chapter, rows.filter(({ id }) => id.startsWith(`${chapter}.`)).length]).toEqual([
      chapter,
      Number(count),
    ])
  }
})

test('the counts at the top are those of the rows', () => {
  const said = [...read(security).matchAll(/^\| (done, .+|in part|not yet) \| (\d+) \|$/gm)]

  const counted = Map.groupBy(rows, stateOf)

  expect(said.map(([, state]) => state)).toEqual(states)
  for (const [, state = '', count] of said) {
    expect([state, Number(count)]).toEqual([state, counted.get(state)?.length ?? 0])
  }
})

test('a line that is done without a word of where stands nowhere', () => {
  const vague = rows.filter(
    ({ where, shownBy }) => where.trim().length < 3 || !/tests\/|^no test$/.test(shownBy),
  )

  expect(vague).toEqual([])
})

test.each([security, model])('%s names only files and tests that exist', (paper) => {
  expect(filesNamedIn(paper).length).toBeGreaterThan(50)
  expect(testsNamedIn(paper).length).toBeGreaterThan(50)
  expect(brokenIn(paper)).toEqual([])
})

test('each sentence of what a part surrenders ends with its test, or says that there is none', () => {
  const [, parts = ''] = /\n## What each part surrenders\n([^]+?)\n## /.exec(read(model)) ?? []
  const sentences = parts.match(/^- .+$/gm) ?? []

  expect(sentences.length).toBeGreaterThan(60)
  expect(sentences.filter((one) => !/\((no test yet|`tests\/.+)\)\.$/.test(one))).toEqual([])
})

const states = ['done, and a test shows it', 'done, without a test', 'in part', 'not yet']

function stateOf({ where, shownBy }: Row): string {
  const unfinished = ['not yet', 'in part'].find((state) => where.startsWith(state))
  return unfinished ?? states[shownBy === 'no test' ? 1 : 0]!
}
