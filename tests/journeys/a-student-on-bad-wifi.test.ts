import { expect, test } from 'vitest'
import { anOpenCampaign, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
const people = browsers({ expected: /net::ERR_|status of 503/ })

test('a student on bad Wi-Fi keeps what she typed, is told so, and signs when it comes back', async () => {
  const slug = await anOpenCampaign(server)
  const context = await people.another()
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/embed/${slug}`)
  await page.getByLabel('Email', { exact: true }).fill('ivy@umich.edu')
  await page.getByLabel('Email me about this pledge').check()
  await page.getByText('recognized from your address').waitFor()

  await context.setOffline(true)
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('We could not reach the server').waitFor()
  expect(await page.getByLabel('Email', { exact: true }).inputValue()).toBe('ivy@umich.edu')
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

test('nothing shifts while the frame comes alive', async () => {
  const slug = await anOpenCampaign(server)
  const page = await (await people.another()).newPage()
  await page.addInitScript(`window.shifts = []
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
      .observe({ type: 'layout-shift', buffered: true })`)

  await page.goto(`${server.config.publicUrl}/embed/${slug}/gatech.edu`, { waitUntil: 'networkidle' })

  expect(await page.evaluate('shifts')).toEqual([])
})
