import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inScheme } from '../../emails/theme.ts'
import { browsers } from '../journeys/browsers.ts'
import { everyEmail, rendered } from './cases.ts'

const { another } = browsers()
const schemes = ['light', 'dark'] as const

test.for(schemes)(
  'every email can be read on a %s screen: 4.5 to 1, words, links and buttons',
  async (scheme) => {
    const page = await aScreen({ colorScheme: scheme })

    for (const email of everyEmail) {
      await page.setContent((await rendered(email)).html)
      const texts = await textsOn(page)

      expect({ ...email, isLight: luminance(await groundOf(page, 'body')) > 0.5 }).toEqual({
        ...email,
        isLight: scheme === 'light',
      })
      expect(texts.length).toBeGreaterThan(4)
      expect(texts.filter(({ contrast }) => contrast < 4.5).map((one) => ({ ...email, ...one }))).toEqual([])
    }
  },
)

test.for([320, 360])('every email is as wide as a telephone of %i px, and no wider', async (width) => {
  const page = await aScreen({ viewport: { width, height: 740 } })

  for (const email of everyEmail) {
    await page.setContent((await rendered(email, wide)).html)

    expect({ ...email, width: await page.evaluate(() => document.documentElement.scrollWidth) }).toEqual({
      ...email,
      width,
    })
  }
})

test.for(schemes)('the preview shows what a %s screen shows, on any screen', async (scheme) => {
  const { html } = await rendered({ name: 'confirm', locale: 'en' })
  const real = await aScreen({ colorScheme: scheme })
  const other = await aScreen({ colorScheme: scheme === 'dark' ? 'light' : 'dark' })

  await real.setContent(html)
  await other.setContent(inScheme(html, scheme))

  expect(await textsOn(other)).toEqual(await textsOn(real))
})

test('links are underlined, since colour alone tells not everybody', async () => {
  const page = await aScreen({})

  await page.setContent((await rendered({ name: 'update', locale: 'en' })).html)

  const lines = await page.evaluate(() =>
    [...document.querySelectorAll('a')].map((link) => getComputedStyle(link).textDecorationLine),
  )
  expect(lines).toEqual(['underline', 'underline', 'underline'])
})

/** Words without a space, as wide as they may be. */
const wide = {
  campaignTitle: 'W'.repeat(120),
  organizationName: 'W'.repeat(120),
  campusName: 'W'.repeat(120),
  pledgeText: 'W'.repeat(300),
  subject: 'W'.repeat(120),
  body: `${'W'.repeat(300)}\n\nhttps://x.org/${'W'.repeat(300)}`,
  who: `${'w'.repeat(64)}@${'w'.repeat(63)}.org`,
}

async function aScreen(options: BrowserContextOptions): Promise<Page> {
  return await (await another(options)).newPage()
}

interface Shown {
  words: string
  color: string
  background: string
  contrast: number
}

/** Every element that shows words of its own, with their colour and that of the ground behind them. */
async function textsOn(page: Page): Promise<Shown[]> {
  const found = await page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter(
        (one) =>
          one.checkVisibility() &&
          [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()),
      )
      .map((one) => {
        let ground: Element | null = one
        while (ground && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
          ground = ground.parentElement
        return {
          words: one.textContent?.trim() ?? '',
          color: getComputedStyle(one).color,
          background: getComputedStyle(ground ?? document.body).backgroundColor,
        }
      }),
  )
  return found.map((one) => ({ ...one, contrast: contrastOf(one) }))
}

async function groundOf(page: Page, selector: string): Promise<string> {
  return await page.locator(selector).evaluate((one) => getComputedStyle(one).backgroundColor)
}

/** As WCAG 2 has it. */
function contrastOf({ color, background }: { color: string; background: string }): number {
  const [darker = 0, lighter = 0] = [luminance(color), luminance(background)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(rgb: string): number {
  const [red = 0, green = 0, blue = 0] = (rgb.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
