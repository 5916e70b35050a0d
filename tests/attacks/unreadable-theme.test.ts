import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { anOpenCampaign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from '../journeys/browsers.ts'
import { foreignSite } from '../journeys/foreign-site.ts'

const server = estamos({ isUp: true })
const host = foreignSite()
const people = browsers()

test('a frame takes no translucent color over from its host page', async () => {
  const page = await framed()

  const faint = { ink: 'rgb(0 0 0 / 1%)', muted: '#0001', line: 'transparent', accent: 'rgb(0 0 255 / 99%)' }
  const { style } = await themed(page, {
    ...faint,
    paper: 'rgb(255 255 255 / 1%)',
    field: 'hsl(0 0% 100% / 50%)',
  })

  for (const name of ['ink', 'muted', 'line', 'accent', 'paper', 'field'])
    expect(style).not.toContain(`--pledge-${name}:`)
})

test.each([
  [
    'a white field on which light letters would vanish',
    { paper: '#111111', ink: '#eeeeee', field: '#ffffff' },
  ],
  ['dark letters on a dark field', { ink: '#111111', field: '#222222' }],
  ['letters in the color of the paper', { ink: '#fafafa', paper: '#ffffff' }],
])('what is typed stays readable where a host page hands over %s', async (_, theme) => {
  const page = await framed()

  const { ink, field } = await themed(page, theme)

  expect(contrast(ink, field)).toBeGreaterThan(4.5)
})

async function framed(): Promise<Page> {
  const slug = await anOpenCampaign(server)
  host.body = `<iframe src="${server.config.publicUrl}/embed/${slug}" title="Sign" height="720"></iframe>
    <script>addEventListener('message', ({ data }) => (window.told = data))</script>`
  const page = await (await people.another()).newPage()
  await page.goto(host.url)
  return page
}

/** What the frame wears once it has answered a greeting. */
async function themed(page: Page, theme: Record<string, string>) {
  await page.waitForFunction((colors) => {
    frames[0]?.postMessage({ estamos: 'hello', theme: colors }, '*')
    return 'told' in window
  }, theme)
  return await page.frames()[1]!.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.querySelector('input[name=email]')!)
    return { style: document.documentElement.getAttribute('style') ?? '', ink: color, field: backgroundColor }
  })
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** Of `rgb(…)`, by WCAG. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
