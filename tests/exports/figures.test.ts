import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { anOpenCampaign, anOrganizer, campaignId, pledge } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { bulk } from './bulk.ts'
import { type Cells, csvOf, xlsxOf } from './reading.ts'

const server = estamos()

/** A drive of every kind of campus, source and day. */
async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  await bulk(server, slug, [
    { campus: 'gatech.edu', day: '2026-10-05T01:00Z', source: 'quad-table', people: 30 },
    { campus: 'gatech.edu', day: '2026-10-06T23:59Z', source: 'quad-table', people: 7 },
    { campus: 'gatech.edu', day: '2026-10-14T12:00Z', locale: 'es', people: 3 },
    { campus: 'mit.edu', day: '2026-10-06T12:00Z', source: 'poster', textVersion: 2, people: 12 },
    { campus: 'reed.edu', day: '2026-10-06T12:00Z', source: 'poster', people: 4 },
    { campus: 'ox.ac.uk', day: '2026-10-07T12:00Z', people: 3 },
    { day: '2026-10-07T12:00Z', people: 9 },
    { campus: 'mit.edu', state: 'pending', people: 20 },
    { campus: 'mit.edu', state: 'withdrawn', people: 20 },
    { campus: 'mit.edu', state: 'excluded', people: 20 },
  ])
  await registerSource(slug, 'quad-table', 'The table on the quad')
  return slug
}

async function registerSource(slug: string, code: string, name: string) {
  await server.deps.db.execute(sql`
    insert into sources (campaign_id, code, organization_id, name, registered_at)
    select campaigns.id, ${code}, organization_id, ${name}, now() from campaigns where slug = ${slug}
    on conflict (campaign_id, code) do update set name = excluded.name`)
}

const values = {
  campus: sql`(select name from campuses where id = campus_id)`,
  day: sql`to_char(confirmed_at at time zone 'UTC', 'YYYY-MM-DD')`,
  source: sql`source`,
  organization: sql`(select organizations.name from sources join organizations on organizations.id = organization_id
    where sources.campaign_id = pledges.campaign_id and code = source)`,
}

async function sumsBy(slug: string, by: keyof typeof values): Promise<Record<string, number>> {
  const { rows } = await server.deps.db.execute<{ value: string; people: number }>(sql`
    select coalesce(${values[by]}, ${by === 'campus' ? '(no campus)' : '(none)'}) as value, count(*)::int as people
    from pledges where campaign_id = ${await campaignId(server, slug)} and state = 'confirmed' group by 1`)
  return Object.fromEntries(rows.map(({ value, people }) => [value, people]))
}

function figures(rows: Cells[]): Record<string, number> {
  return Object.fromEntries(rows.map((cells) => [cells[0], Number(cells.at(-1))]))
}

test.each(['campus', 'day', 'source', 'organization'] as const)(
  'exact totals by %s are what the database counts, in every form, and say that they are not to be published',
  async (by) => {
    const slug = await aDrive()
    const editor = await anOrganizer(server, { role: 'editor' })

    const csv = await csvOf(editor, slug, `exact-totals/csv?by=${by}`)
    const xlsx = await xlsxOf(editor, slug, `exact-totals/xlsx?by=${by}`)
    const json = (await editor.call('GET', `campaigns/${slug}/exports/exact-totals/json?by=${by}`)).json()

    expect(figures(csv.slice(2))).toEqual(await sumsBy(slug, by))
    expect(figures(xlsx.slice(2))).toEqual(await sumsBy(slug, by))
    expect(json.rows.map(({ confirmed }: { confirmed: number }) => confirmed)).toEqual(
      csv.slice(2).map((cells) => Number(cells.at(-1))),
    )
    for (const first of [csv[0]?.[0], xlsx[0]?.[0], json.warning]) expect(first).toMatch(/do not publish/)
  },
)

test('totals by campus that may be published are the leaderboard', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2 })
  for (const n of [1, 2, 3]) await pledge(server, slug, { email: `a${n}@gatech.edu` })
  await pledge(server, slug, { email: 'a@reed.edu' })
  await pledge(server, slug, { email: 'a@mit.edu' })

  server.clock.now = new Date(Date.now() + 15 * 60_000)
  onTestFinished(() => void delete server.clock.now)
  const viewer = await anOrganizer(server, { role: 'viewer' })
  const { campuses, others } = await vi.waitUntil(async () => {
    const answer = await server.app.inject({ url: `/api/v1/campaigns/${slug}/leaderboard` })
    return answer.json().confirmed === 5 && answer.json()
  }, 10_000)
  const rows = await csvOf(viewer, slug, 'totals/csv?by=campus')

  expect(rows).toEqual([
    ['Campus', 'Campus domain', 'Confirmed'],
    ['Georgia Institute of Technology', 'gatech.edu', '3'],
    ['(other campuses)', null, '2'],
  ])
  expect(campuses).toMatchObject([{ campus: 'gatech.edu', confirmed: 3 }])
  expect(others).toEqual({ campuses: 2, confirmed: 2 })
})

test('the pledge list has a row for each pledge of the public total, the same in CSV and XLSX', async () => {
  const slug = await aDrive()
  const editor = await anOrganizer(server, { role: 'editor' })

  const [head, ...csv] = await csvOf(editor, slug, 'pledges/csv')
  const [, ...xlsx] = await xlsxOf(editor, slug, 'pledges/xlsx')

  expect(head).toEqual([
    'Campus',
    'Campus domain',
    'Confirmed from',
    'Confirmed to',
    'Source',
    'Text version',
    'Locale',
  ])
  expect(xlsx).toEqual(csv)
  expect(counts(csv)).toEqual({
    'Georgia Institute of Technology,gatech.edu,2026-10-05,2026-10-05,quad-table,1,en': 30,
    'Georgia Institute of Technology,gatech.edu,2026-10-06,2026-10-06,quad-table,1,en': 5,
    // Three signed in Spanish: two join them of whom more could be told.
    'Georgia Institute of Technology,gatech.edu,2026-10-05,2026-11-01,,1,': 5,
    'Massachusetts Institute of Technology,mit.edu,2026-10-06,2026-10-06,poster,2,en': 12,
    '(no campus),,2026-10-07,2026-10-07,(none),1,en': 9,
    '(other campuses),,2026-10-05,2026-10-11,,1,en': 5,
  })
})

test('a campaign without pledges makes files with heads alone; with one pledge, too', async () => {
  const empty = await anOpenCampaign(server)
  const one = await anOpenCampaign(server)
  await bulk(server, one, [{ campus: 'mit.edu', people: 1 }])
  const editor = await anOrganizer(server, { role: 'editor' })

  for (const slug of [empty, one]) {
    expect(await csvOf(editor, slug, 'pledges/csv')).toHaveLength(1)
    expect(await xlsxOf(editor, slug, 'pledges/xlsx')).toHaveLength(1)
    for (const by of Object.keys(values)) {
      expect(await csvOf(editor, slug, `totals/csv?by=${by}`)).toHaveLength(1)
      expect(await xlsxOf(editor, slug, `totals/xlsx?by=${by}`)).toHaveLength(1)
      const json = await editor.call('GET', `campaigns/${slug}/exports/totals/json?by=${by}`)
      expect(json.json()).toMatchObject({ campaign: slug, kind: 'totals', by, rows: [] })
    }
  }
  expect(await csvOf(editor, one, 'exact-totals/csv?by=day')).toEqual([
    [expect.stringContaining('do not publish')],
    ['Day', 'Confirmed'],
    ['2026-10-05', '1'],
  ])
})

test('a file says its name, its number of rows, and that nobody may keep it', async () => {
  const slug = await aDrive()
  const editor = await anOrganizer(server, { role: 'editor' })
  server.clock.now = new Date()
  const day = server.clock.now.toISOString().slice(0, 10)

  const list = await editor.call('GET', `campaigns/${slug}/exports/pledges/csv`)
  const exact = await editor.call('GET', `campaigns/${slug}/exports/exact-totals/xlsx?by=source`)

  expect(list.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${slug}-pledges-anonymized-${day}.csv"`,
    'cache-control': 'no-store',
    'x-estamos-rows': '66',
  })
  expect(exact.headers['content-disposition']).toContain(
    `${slug}-EXACT-not-for-publication-by-source-${day}.xlsx`,
  )
  delete server.clock.now
})

function counts(rows: Cells[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(rows, (cells) => cells.map((cell) => cell ?? '').join(','))].map(([row, alike]) => [
      row,
      alike.length,
    ]),
  )
}
