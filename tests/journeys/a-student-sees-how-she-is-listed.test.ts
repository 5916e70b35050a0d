import { expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'

const server = estamos({ isUp: true })
const people = browsers()

test('the form says how a signer will be listed while they type, before they sign', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  await page.goto(`${server.config.publicUrl}/c/${slug}`)
  const listed = page.getByRole('status').filter({ hasText: 'You will be listed as' })
  expect(await listed.count()).toBe(0)

  await page.getByLabel('List me by first name and initial').check()
  await listed.filter({ hasText: 'first name and initial' }).waitFor()
  await page.getByLabel('Your name').fill('Lovelace, Dr. Ada')
  await listed.filter({ hasText: '“Ada L.”' }).waitFor()
  await page.getByLabel('Your name').fill('王小明')
  await listed.filter({ hasText: '“王”' }).waitFor()
})
