import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { settings } from '../../server/config.ts'
import { refusals } from '../../server/refusal.ts'
import { read } from './compose.ts'

/** Capitals with a line between that are no settings of the server. */
const notSettings = [
  'POSTGRES_PASSWORD', // of docker-compose.yml
  'TEST_DATABASE_URL', // of tests/global-setup.ts
  'NO_CAMPUS', // of server/db/schema.ts
  'FUZZ_SEED', // of tests/doors/fuzz
  'NODE_ENV', // what STYLE.md warns of
  'NODE_COMPILE_CACHE', // of Node
  'MALLOC_ARENA_MAX', // of the C library, in the image
]

const root = new URL('../../', import.meta.url).pathname
const papers = globSync(['*.md', 'docs/**/*.md', 'data/*.md'], { cwd: root }).toSorted()

test('links between papers lead to what exists', () => {
  const links = foundIn(/\]\(([^)\s]+)\)/g).filter(({ found }) => !/^[a-z]+:/.test(found))

  const broken = links.filter(({ paper, found }) => !leadsSomewhere(paper, found))

  expect(links.length).toBeGreaterThan(20)
  expect(broken).toEqual([])
})

test('papers name only scripts that package.json has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = foundIn(/npm run ([\w:-]+)/g)

  expect(named.length).toBeGreaterThan(5)
  expect(named.filter(({ found }) => !(found in scripts))).toEqual([])
})

test('papers name only settings that the server has', () => {
  const named = foundIn(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)

  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ found }) => !(found in settings) && !notSettings.includes(found))).toEqual([])
})

test('operators find every setting explained', () => {
  const operating = read('docs/operating.md')

  expect(Object.keys(settings).filter((name) => !operating.includes(`\`${name}\``))).toEqual([])
})

test('third parties find every code of a refusal with its status', () => {
  const said = [...read('docs/api.md').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)]
  const codes = Object.fromEntries(said.map(([, code, status]) => [code, Number(status)]))

  expect(codes).toEqual(
    Object.fromEntries(Object.entries(refusals).map(([code, [status]]) => [code, status])),
  )
})

test('decisions are numbered without gaps, and say what became of them', () => {
  const records = papers.filter((paper) => /^docs\/decisions\/\d/.test(paper))

  expect(records.map((record) => Number(record.slice(15, 19)))).toEqual(records.map((_, at) => at + 1))
  for (const record of records) {
    expect(read(record)).toMatch(
      /^# \d{4} .+\n\nStatus: .+\n[^]*\n## Context\n[^]*\n## Decision\n[^]*\n## Consequences\n/,
    )
  }
})

test('the README fits on one screen', () => {
  const lines = read('README.md').trimEnd().split('\n')

  expect(lines.length).toBeLessThanOrEqual(60)
})

interface Finding {
  paper: string
  found: string
}

function foundIn(pattern: RegExp): Finding[] {
  return papers.flatMap((paper) =>
    [...read(paper).matchAll(pattern)].map(([, found = '']) => ({ paper, found })),
  )
}

function leadsSomewhere(paper: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path ? join(dirname(paper), path) : paper
  return existsSync(join(root, target)) && (!anchor || anchorsOf(target).includes(anchor))
}

/** "A safety problem" is reached by "#a-safety-problem". */
function anchorsOf(paper: string): string[] {
  const headings = [...read(paper).matchAll(/^#+ (.+)$/gm)]
  return headings.map(([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  )
}
