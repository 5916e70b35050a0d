import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers()

test('an organizer watches her drive: the figures move by themselves, and each picture has its table', async () => {
  const slug = await anOpenCampaign(server, { goal: 100 })
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await crowd(server, slug, { campus: 'unam.mx', people: 2 })
  const context = await signedIn(
    await people.another(),
    server,
    await anOrganizer(server, { role: 'viewer' }),
  )
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}`)
  const confirmed = page.locator('dl > div', { hasText: '% of 100' }).locator('dd')
  await confirmed.getByText('8', { exact: true }).waitFor()

  await crowd(server, slug, { campus: 'gatech.edu', people: 1 })

  await confirmed.getByText('9', { exact: true }).waitFor()
  await page.getByText('1 of 2 campuses lie elsewhere').waitFor()
  for (const summary of await page.getByText('The same as a table').all()) await summary.click()
  expect(await page.getByRole('row', { name: 'Georgia Tech 7 7' }).count()).toBe(1)
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)
})
