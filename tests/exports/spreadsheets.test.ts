import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { withoutGuards } from '../../spreadsheets/csv-row.ts'
import { anOpenCampaign, anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { bulk } from './bulk.ts'
import { csvOf, xlsxOf } from './reading.ts'

const server = estamos()

const formulas = [
  '=HYPERLINK("https://evil.example";"click")',
  '+1-800-FREE',
  '-2+3+cmd|calc!A0',
  '@SUM(A1:A9)',
  '\t=1+1',
  '\r=1+1',
]

const strange = [
  'Universidad de los Andes – Mérida',
  '東京大学',
  'جامعة القاهرة',
  'quotes "inside", commas; and semicolons',
  'two\r\nlines',
  'an emoji 🎓 beside it',
  '<b>&amp;</b>',
  "'apostrophe",
]

test('a name that a spreadsheet could take for a formula is harmless in CSV', async () => {
  const { slug, editor } = await aDriveOfSources(formulas)

  const { body } = await editor.call('GET', `campaigns/${slug}/exports/exact-totals/csv?by=source`)
  const rows = (await csvOf(editor, slug, 'exact-totals/csv?by=source')).slice(2)

  expect(rows.map(([, name]) => withoutGuards(name ?? ''))).toEqual(formulas)
  expect(body).not.toMatch(/(^|[,;\t\r\n])"?\s*[=+\-@]/)
})

test('and in XLSX it is a text, and no cell is a formula', async () => {
  const { slug, editor } = await aDriveOfSources(formulas)

  const rows = (await xlsxOf(editor, slug, 'exact-totals/xlsx?by=source')).slice(2)

  expect(rows.map(([, name]) => name)).toEqual(formulas.map((name) => name.trim()))
})

test('names of all the world come through, in CSV that says it is UTF-8 and in XLSX', async () => {
  const { slug, editor } = await aDriveOfSources(strange)

  const answer = await editor.call('GET', `campaigns/${slug}/exports/exact-totals/csv?by=source`)
  const csv = (await csvOf(editor, slug, 'exact-totals/csv?by=source')).slice(2)
  const xlsx = (await xlsxOf(editor, slug, 'exact-totals/xlsx?by=source')).slice(2)

  expect([...answer.rawPayload.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(csv.map(([, name]) => name)).toEqual(strange)
  expect(xlsx.map(([, name]) => name)).toEqual(strange)
})

test('characters that a workbook cannot hold are left out, and the rest of the name stays', async () => {
  const { slug, editor } = await aDriveOfSources(['bell\u0007 and escape\u001b, form\u000cfeed'])

  const [row] = (await xlsxOf(editor, slug, 'exact-totals/xlsx?by=source')).slice(2)

  expect(row?.[1]).toBe('bell and escape, formfeed')
})

test('a campus and an organization with hostile names are as harmless', async () => {
  const { slug, editor } = await aDriveOfSources(['A table'])
  await server.deps.db.execute(sql`update campuses set name = '=1+1' where domain = 'mit.edu'`)
  await server.deps.db.execute(sql`update organizations set name = '@evil' where slug = 'mijente'`)
  await server.deps.campuses.reload()
  await bulk(server, slug, [{ campus: 'mit.edu', people: 9 }])

  const campuses = await csvOf(editor, slug, 'totals/csv?by=campus')
  const list = await csvOf(editor, slug, 'pledges/csv')
  const organizations = await csvOf(editor, slug, 'exact-totals/csv?by=organization')

  expect(campuses[1]?.[0]).toBe("\t'=1+1")
  expect(list[1]?.[0]).toBe("\t'=1+1")
  expect(organizations.flat()).toContain("\t'@evil")
})

/** With a source of each of these names, in this order. */
async function aDriveOfSources(names: string[]) {
  const slug = await anOpenCampaign(server)
  for (const [at, name] of names.entries()) {
    await server.deps.db.execute(sql`
      insert into sources (campaign_id, code, organization_id, name, registered_at)
      select id, ${`source-${at}`}, organization_id, ${name}, now() from campaigns where slug = ${slug}`)
  }
  await bulk(
    server,
    slug,
    names.map((_, at) => ({ source: `source-${at}`, people: 50 - at })),
  )
  return { slug, editor: await anOrganizer(server, { role: 'editor' }) }
}
