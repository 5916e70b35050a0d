import { expect, test } from 'vitest'
import { anOpenCampaign, crowd, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
const people = browsers({ expected: /net::ERR_|status of (503|429)/ })

test('a student on bad Wi-Fi keeps what she typed, is told so, and signs when it comes back', async () => {
  const slug = await anOpenCampaign(server)
  const context = await people.another()
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/embed/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('ivy@gatech.edu')
  await page.getByLabel('Email me about this pledge').check()
  await page.getByText('recognized from your address').waitFor()

  await context.setOffline(true)
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('We could not reach the server').waitFor()
  expect(await page.getByLabel('Email', { exact: true }).inputValue()).toBe('ivy@gatech.edu')
  expect(await page.getByLabel('Email me about this pledge').isChecked()).toBe(true)
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Now check your email').waitFor()

  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'pending', wants_updates: true }])
  const stored = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])',
  )
  expect(stored).not.toContain('ivy')
})

test('a student whose network asks too much is told when to try again, and all she typed is there', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  const problem = JSON.stringify({ code: 'too-many-requests', status: 429 })
  await page.route('**/pledges', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'retry-after': '40' },
      contentType: 'application/problem+json',
      body: problem,
    }),
  )
  await page.goto(`${server.config.publicUrl}/embed/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('ivy@gatech.edu')

  await page.getByRole('button', { name: 'Sign the pledge' }).click()

  await page.getByText('Try again in 40 seconds.').waitFor()
  await page.getByText('Many people are signing right now. All you typed is still here.').waitFor()
  expect(await page.getByLabel('Email', { exact: true }).inputValue()).toBe('ivy@gatech.edu')
})

test('where too many watch, the count is asked for once a minute', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2 })
  const page = await (await people.another()).newPage()
  await page.route('**/live', (route) => route.fulfill({ status: 429 }))
  await page.clock.install()
  await page.goto(`${server.config.publicUrl}/embed/${slug}?view=counter`)
  await crowd(server, slug, { campus: 'gatech.edu', people: 3 })

  // What a browser keeps of the figures for a moment goes by its own clock.
  const shown = async () => {
    await page.clock.fastForward(61_000)
    return await page.locator('main').innerText()
  }

  await expect.poll(shown, { interval: 500 }).toMatch(/\b3\b/)
})

test('nothing shifts while the frame comes alive', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  await page.addInitScript(`window.shifts = []
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
      .observe({ type: 'layout-shift', buffered: true })`)

  await page.goto(`${server.config.publicUrl}/embed/${slug}/gatech.edu`, { waitUntil: 'networkidle' })

  expect(await page.evaluate('shifts')).toEqual([])
})
