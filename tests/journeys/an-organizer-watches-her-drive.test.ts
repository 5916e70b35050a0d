import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openBounceReceiver } from '../../server/mail/bounce-receiver.ts'
import type { ReturnPaths } from '../../server/mail/return-paths.ts'
import { anOpenCampaign, anOrganizer, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true })
const returning = estamos({
  isUp: true,
  env: () => ({ SMTP_URL: inbox.url, BOUNCE_ADDRESS: 'bounces@pledge.example.org' }),
})
const people = browsers()

afterAll(() => inbox.close())

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

test('what she is told of letters is what is heard of them', async () => {
  const slug = await anOpenCampaign(returning)
  const context = await signedIn(await people.another(), returning, await anOrganizer(returning))
  const page = await context.newPage()
  const look = () => page.goto(`${returning.config.publicUrl}/console/campaigns/${slug}`)
  await look()
  await page.getByText('no back-channel is set up, or nobody listens to it just now').waitFor()
  await page.getByText('Refused at once').first().waitFor()
  const { deps, databaseUrl } = returning
  const returnPaths = deps.backChannel.returnPaths as ReturnPaths
  const receiver = await openBounceReceiver({ deps, databaseUrl, returnPaths, host: '127.0.0.1', port: 0 })
  onTestFinished(() => receiver.close())

  await expect
    .poll(
      async () => {
        await look()
        await page.getByText('Letters sent').first().waitFor()
        return await page.getByText('Letters that come back are known.').count()
      },
      { timeout: 10_000 },
    )
    .toBe(1)

  expect(await page.getByText('nobody listens').count()).toBe(0)
  await page.getByText('Bounced', { exact: true }).first().waitFor()
})
