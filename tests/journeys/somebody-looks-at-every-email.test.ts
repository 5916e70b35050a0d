import { expect, test } from 'vitest'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible } from './console.ts'

const server = estamos({ isUp: true })
const { another } = browsers()

test.for([
  [360, 'light'],
  [1280, 'dark'],
] as const)('somebody who translates looks through the emails (%i px, %s)', async ([width, colorScheme]) => {
  const context = await another({ viewport: { width, height: 800 }, colorScheme, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/dev/mailbox`)
  await page.getByRole('link', { name: 'See every email there is.' }).click()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Español' }).click()
  await page.getByRole('link', { name: 'Confirma tu firma' }).click()
  await page.getByRole('link', { name: 'Oscuro' }).click()

  await page.waitForURL(/\/dev\/emails\/confirm\?locale=es&theme=dark$/)
  await expectAccessible(page)
  for (const [title, frameWidth] of [
    ['En un teléfono', 360],
    ['En una computadora', 640],
  ] as const) {
    const frame = page.locator(`iframe[title="${title}"]`)
    const letter = frame.contentFrame()
    expect(await letter.locator('h1').textContent()).toBe('Falta un paso')
    expect(await letter.locator('body').evaluate(() => innerWidth)).toBe(frameWidth)
    expect(await letter.locator('.card').evaluate((card) => getComputedStyle(card).backgroundColor)).toBe(
      'rgb(31, 38, 46)',
    )
  }
  expect(await page.locator('pre').textContent()).toContain('https://pledge.example.org/confirm/sample-token')
})
