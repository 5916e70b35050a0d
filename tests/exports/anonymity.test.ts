import { beforeAll, expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, seeded, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { type Alike, bulk } from './bulk.ts'
import { type Cells, csvOf } from './reading.ts'

const server = estamos()

const campuses = ['gatech.edu', 'mit.edu', 'reed.edu', 'ox.ac.uk', 'emory.edu', 'psu.edu', undefined]

/** A history in which some campuses, days and sources are busy and most are not. */
function aHistory(seed: number): { smallestShown: number; groups: Alike[] } {
  const random = seeded(seed)
  const below = (most: number) => Math.floor(random() * random() * most)
  const groups = times(1 + below(160), () => {
    const campus = campuses[below(campuses.length)]
    const source = ['a', 'b', 'c', 'd', undefined][below(5)]
    return {
      ...(campus && { campus }),
      ...(source && { source }),
      day: new Date(Date.UTC(2026, 8, 20 + below(45), below(24))).toISOString(),
      locale: random() < 0.9 ? 'en' : 'es',
      textVersion: random() < 0.8 ? 1 : 2,
      people: 1 + below(random() < 0.1 ? 60 : 5),
    }
  })
  return { smallestShown: 2 + below(6), groups }
}

const drives: (ReturnType<typeof aHistory> & Awaited<ReturnType<typeof exported>>)[] = []

beforeAll(async () => {
  for (const history of times(25, (seed) => aHistory(seed))) {
    drives.push({ ...history, ...(await exported(history.smallestShown, history.groups)) })
  }
})

test('every row of the pledge list stands for as many people as the smallest that is shown', async () => {
  for (const { smallestShown, list } of drives) {
    for (const [row, alike] of Map.groupBy(list, (cells) => cells.join('|'))) {
      expect([row, alike.length >= smallestShown]).toEqual([row, true])
    }
  }
})

test('the list names the campuses that the leaderboard names, with its figures', async () => {
  for (const { smallestShown, groups, list, by } of drives) {
    const exact = peopleOf(groups, ({ campus }) => campus ?? '(no campus)')

    expect(countsOf(list, (cells) => cells[1] ?? cells[0] ?? '')).toEqual(
      Object.fromEntries(by.campus.map(([name, domain, confirmed]) => [domain ?? name, Number(confirmed)])),
    )
    const named = by.campus.filter(([name]) => name !== '(other campuses)')
    for (const [name, domain, confirmed] of named) {
      const campus = domain ?? name ?? ''
      expect([campus, Number(confirmed)]).toEqual([campus, exact[campus]])
    }
    for (const [, , others] of by.campus.filter((row) => !named.includes(row))) {
      expect(Number(others) % smallestShown).toBe(0)
    }
  }
})

test('totals tell nothing beyond the list that is about fewer people than the smallest that is shown', async () => {
  for (const { smallestShown, list, by } of drives) {
    const day = countsOf(list, ([, , from, to]) => (from === to ? from : null) ?? '')
    const source = countsOf(list, (cells) => cells[4] ?? '')

    for (const [rows, told] of [
      [by.day, day],
      [by.source, source],
    ] as const) {
      for (const [value = '', ...cells] of rows) {
        const figure = Number(cells.at(-1))
        const beyond = figure - (told[value ?? ''] ?? 0)
        expect(figure % smallestShown).toBe(0)
        expect(figure).toBeGreaterThan(0)
        expect([value, beyond <= 0 || beyond >= smallestShown]).toEqual([value, true])
      }
      expect(rows.reduce((sum, cells) => sum + Number(cells.at(-1)), 0)).toBeLessThanOrEqual(list.length)
    }
  }
})

test('a campus below the smallest that is shown is in no file that a viewer can have', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 5 })
  await bulk(server, slug, [
    { campus: 'gatech.edu', people: 40, source: 'fair' },
    { campus: 'reed.edu', people: 4, source: 'fair' },
  ])
  const viewer = await anOrganizer(server, { role: 'viewer' })

  for (const by of ['campus', 'day', 'source', 'organization']) {
    for (const form of ['csv', 'json']) {
      const { body } = await viewer.call('GET', `campaigns/${slug}/exports/totals/${form}?by=${by}`)
      // A campaign's name and the time of day have digits of their own.
      const figures = body.replaceAll(slug, '').replaceAll(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, '')
      expect(figures).toContain('40')
      expect(figures).not.toMatch(/reed|44/i)
    }
  }
})

test('the same pledges make the same file', async () => {
  const { smallestShown, groups } = aHistory(99)
  const slug = await anOpenCampaign(server, { smallestShown, namesShownAfter: 50 })
  await bulk(server, slug, groups)
  const editor = await anOrganizer(server, { role: 'editor' })

  expect(await csvOf(editor, slug, 'pledges/csv')).toEqual(await csvOf(editor, slug, 'pledges/csv'))
})

async function exported(smallestShown: number, groups: Alike[]) {
  const slug = await anOpenCampaign(server, { smallestShown })
  await bulk(server, slug, groups)
  const editor = await anOrganizer(server, { role: 'editor' })
  const totals = async (by: string) => (await csvOf(editor, slug, `totals/csv?by=${by}`)).slice(1)
  return {
    list: (await csvOf(editor, slug, 'pledges/csv')).slice(1),
    by: { campus: await totals('campus'), day: await totals('day'), source: await totals('source') },
  }
}

function countsOf(rows: Cells[], valueOf: (cells: Cells) => string): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(rows, valueOf)].map(([value, alike]) => [value, alike.length] as const),
  )
}

function peopleOf(groups: Alike[], valueOf: (group: Alike) => string): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const group of groups) sums[valueOf(group)] = (sums[valueOf(group)] ?? 0) + group.people
  return sums
}
