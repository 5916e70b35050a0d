import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import readXlsxFile from 'read-excel-file/node'
import { type AnOrganizer, anOpenCampaign, anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { bulk } from '../exports/bulk.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const { another } = browsers({ expected: /net::ERR_|status of (403|503)/ })

async function onThePage(organizer: AnOrganizer, slug: string, width = 360): Promise<Page> {
  const context = await another({ viewport: { width, height: 800 }, acceptDownloads: true })
  const page = await (await signedIn(context, server, organizer)).newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/exports`)
  await page.getByRole('button', { name: 'Make the file' }).waitFor()
  return page
}

async function aDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  await bulk(server, slug, [
    { campus: 'gatech.edu', people: 30 },
    { campus: 'mit.edu', people: 12 },
    { campus: 'reed.edu', people: 3 },
  ])
  return slug
}

async function saved(page: Page): Promise<{ name: string; content: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Make the file' }).click(),
  ])
  await page.getByText(`Saved as ${file.suggestedFilename()}`).waitFor()
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
}

test('an editor saves totals to publish, exact ones, and the list, and reads them in her programs', async () => {
  const slug = await aDrive()
  const page = await onThePage(await anOrganizer(server, { role: 'editor' }), slug)

  const totals = await saved(page)
  await page.getByLabel('Totals, exact').check()
  await page.getByLabel('Excel workbook').check()
  const exact = await saved(page)
  await page.getByLabel('The anonymized pledge list').check()
  await page.getByLabel('CSV').check()
  const list = await saved(page)

  expect(totals.name).toMatch(new RegExp(`^${slug}-totals-by-campus-.*\\.csv$`))
  expect(parse(totals.content, { bom: true })).toEqual([
    ['Campus', 'Campus domain', 'Confirmed'],
    ['Georgia Institute of Technology', 'gatech.edu', '30'],
    ['Massachusetts Institute of Technology', 'mit.edu', '12'],
  ])
  expect((await readXlsxFile(exact.content))[0]?.data.at(-1)).toEqual(['Reed College', 'reed.edu', 3])
  expect(parse(list.content, { bom: true })).toHaveLength(1 + 42)
})

test('a viewer is offered what may be published, and told what others can have', async () => {
  const slug = await aDrive()
  const page = await onThePage(await anOrganizer(server, { role: 'viewer' }), slug)

  await page.getByText('Editors can also export').waitFor()
  expect(await page.getByRole('radio', { name: /Totals|list/ }).count()).toBe(1)
})

test('a file that is cut off is not saved, and the server’s sentence is shown where it refuses', async () => {
  const slug = await aDrive()
  const page = await onThePage(await anOrganizer(server, { role: 'editor' }), slug)
  const places = times(2, () => server.deps.exports.take())

  await page.getByRole('button', { name: 'Make the file' }).click()
  await page.getByText('Other exports are being made').waitFor()
  for (const giveBack of places) giveBack()
  await bulk(server, slug, [
    { campus: 'gatech.edu', people: 3_000 },
    { day: 'infinity', people: 9 },
  ])
  await page.getByLabel('The anonymized pledge list').check()
  await page.getByRole('button', { name: 'Make the file' }).click()

  await page.getByText('cut off before its end').waitFor()
  expect(await page.getByText('Saved as').count()).toBe(0)
})

test('a long file shows how far it is, and can be called off', async () => {
  const slug = await aDrive()
  const page = await onThePage(await anOrganizer(server, { role: 'editor' }), slug)
  const held = Promise.withResolvers<void>()
  await page.route('**/exports/**', async (route) => {
    await held.promise
    await route.continue().catch(() => {})
  })

  await page.getByRole('button', { name: 'Make the file' }).click()
  await page.getByRole('progressbar', { name: 'Making the file' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  held.resolve()

  await page.getByRole('button', { name: 'Make the file' }).waitFor()
  expect(await page.getByText('Saved as').count()).toBe(0)
})

test.each([360, 1280])('the page is for everybody at %s px', async (width) => {
  const slug = await aDrive()
  const page = await onThePage(await anOrganizer(server, { role: 'editor' }), slug, width)

  await expectAccessible(page)
  await page.getByLabel('Totals, exact').check()
  await expectAccessible(page)
  expect(await page.getByText('Keep it to yourselves').isVisible()).toBe(true)
})
