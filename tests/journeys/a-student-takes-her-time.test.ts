import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
const people = browsers()

test('a student who was called away while she typed signs an hour later, as if nothing had been', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  await page.clock.install()
  const challenges: number[] = []
  page.on('response', (answer) => answer.url().includes('/captcha') && challenges.push(answer.status()))
  await page.goto(`${server.config.publicUrl}/c/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('ada@gatech.edu')
  await expect.poll(() => challenges).toEqual([200])

  server.clock.now = new Date(server.deps.now().getTime() + 3_600_000)
  await page.clock.fastForward(3_600_000)
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()

  expect(challenges).toEqual([200, 200])
  expect(await pledgesOf(server, slug)).toHaveLength(1)
})
