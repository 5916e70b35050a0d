import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { atOnce } from '../../server/exports/table.ts'
import { xlsx } from '../../server/exports/xlsx.ts'
import type { Column } from '../../spreadsheets/cell.ts'
import { anOpenCampaign, anOrganizer, pledgesOf, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const people = browsers({ expected: /422|ERR_FAILED/ })

const csv = `Nombre;Correo electrónico;Universidad;Idioma
Ada;ada@gatech.edu;;inglés
Ben;ben@mail.example;gatech.edu;Español

Cleo;"cleo, at home";;
=Dee;=cmd|calc@mail.example;;
Dee;dee@mail.example;=nowhere;
Ada;ADA@gatech.edu;gatech.edu;
`

test('an import with every kind of bad row', async () => {
  const slug = await anOpenCampaign(server)
  const page = await importPage(slug)
  await expectAccessible(page)

  await page.getByLabel('Or paste it').fill(csv)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'Which column holds what?' }).waitFor()
  expect(await chosenColumns(page)).toEqual(['Correo electrónico', 'Universidad', 'Idioma'])
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Look at 6 rows' }).click()

  const out = page.getByRole('region', { name: 'Rows that stay out' })
  await out.waitFor()
  expect(await out.locator('tbody tr').allInnerTexts()).toEqual([
    expect.stringMatching(/^5\s+cleo, at home\s+Malformed\. An email address has exactly one @\.$/),
    expect.stringMatching(/^7\s+dee@mail\.example\s+=nowhere\s+Unknown campus\./),
    expect.stringMatching(/^8\s+ADA@gatech\.edu\s+Double\. The same mailbox as in row 2\.$/),
  ])
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download these rows' }).click()
  const saved = await readFile(await (await saving).path(), 'utf8')
  expect(
    parse(saved, { bom: true })
      .slice(1)
      .map((cells: string[]) => cells.slice(0, 4)),
  ).toEqual([
    ['5', 'cleo, at home', '', 'Malformed'],
    ['7', 'dee@mail.example', "\t'=nowhere", 'Unknown campus'],
    ['8', 'ADA@gatech.edu', 'gatech.edu', 'Double'],
  ])
  expect(await pledgesOf(server, slug)).toEqual([])

  await page.getByRole('button', { name: 'Bring in 3 rows' }).click()
  await page.getByText('3 letters are on their way.').waitFor()
  await expectAccessible(page)
  expect((await pledgesOf(server, slug)).map(({ state, locale }) => `${state} ${locale}`).sort()).toEqual([
    'pending en',
    'pending en',
    'pending es',
  ])
})

test('a workbook comes in, large as it is, and goes on where the connection broke', async () => {
  const slug = await anOpenCampaign(server)
  const page = await importPage(slug)
  const emails = times(450, (n) => `student-${n}@gatech.edu`)
  await page.getByLabel('A file').setInputFiles({
    name: 'Table on the quad.xlsx',
    mimeType: 'application/octet-stream',
    buffer: await workbook(
      ['Name', 'E-mail'],
      emails.map((email) => [email.repeat(70), email]),
    ),
  })
  await page.getByRole('button', { name: 'Look at 450 rows' }).click()
  let calls = 0
  await page.route('**/imports', (route) => ((calls += 1) === 2 ? route.abort() : route.continue()))

  await page.getByRole('button', { name: 'Bring in 450 rows' }).click()
  await page.getByText('The server cannot be reached').waitFor()
  await page.getByText('200 of 450').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Go on from row 202' }).click()

  await page.getByText('450 letters are on their way.').waitFor()
  expect(await pledgesOf(server, slug)).toHaveLength(450)
  expect(calls).toBe(4)
})

test('what cannot be read is said, and what was pasted stays', async () => {
  const page = await importPage(await anOpenCampaign(server))
  await page.getByLabel('Or paste it').fill('ada@gatech.edu')

  await page.getByLabel('A file').setInputFiles({
    name: 'holiday.xlsx',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('no workbook at all'),
  })

  await page.getByText('This workbook cannot be read.').waitFor()
  expect(await page.getByLabel('Or paste it').inputValue()).toBe('ada@gatech.edu')
  await expectAccessible(page)
})

test('sheets without addresses are counted apart', async () => {
  const page = await importPage(await anOpenCampaign(server))
  await page.getByLabel('Signatures').fill('42')
  await page.getByLabel('Campus of the sheet').fill('gatech.edu')
  await page.getByText('Georgia Institute of Technology').waitFor({ state: 'attached' })
  await page.getByLabel('Note').fill('Table on the quad, March 3; Rosa has the sheets')

  await page.getByRole('button', { name: 'Add to the offline count' }).click()

  await page.getByText('42 on paper').waitFor()
  expect(await page.getByRole('region', { name: 'Sheets on paper' }).innerText()).toContain(
    'Georgia Institute of Technology',
  )
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Remove Table on the quad' }).click()
  await page.getByText('No sheet is entered yet.').waitFor()
})

test('a campus that nobody knows is not taken for none', async () => {
  const slug = await anOpenCampaign(server)
  const page = await importPage(slug)
  await page.getByLabel('Signatures').fill('42')
  await page.getByLabel('Note').fill('Table on the quad')
  await page.getByLabel('Campus of the sheet').fill('nowhere.example')
  await page.getByText('No campus of that name or domain.').waitFor()

  await page.getByRole('button', { name: 'Add to the offline count' }).click()

  await page.locator('input:focus:invalid').waitFor()
  expect(await page.getByText('No sheet is entered yet.').count()).toBe(1)
  await page.getByLabel('Campus of the sheet').fill('')
  await page.getByRole('button', { name: 'Add to the offline count' }).click()
  await page.getByText('42 on paper').waitFor()
})

async function importPage(slug: string): Promise<Page> {
  const context = await signedIn(
    await people.another(),
    server,
    await anOrganizer(server, { role: 'editor' }),
  )
  const page = await context.newPage()
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/import`)
  await page.getByText('No sheet is entered yet.').waitFor()
  return page
}

async function chosenColumns(page: Page): Promise<string[]> {
  return await page
    .getByRole('form', { name: 'Columns' })
    .locator('select')
    .evaluateAll((selects) => selects.map((select) => (select as HTMLSelectElement).selectedOptions[0]!.text))
}

async function workbook(headers: string[], rows: string[][]): Promise<Buffer> {
  const columns = headers.map((header): Column => ({ key: header, header, type: 'text' }))
  const lines = atOnce(rows.map((cells) => ({ cells, times: 1 })))
  return await buffer(xlsx({ facts: {}, about: [], columns, rows: rows.length, lines }))
}
