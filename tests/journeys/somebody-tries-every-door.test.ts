import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { doors } from '../../server/doors.ts'
import { access } from '../../server/organizers/access.ts'
import { anOpenCampaign, confirm, pledgesOf, sign, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { foreignSite } from './foreign-site.ts'

// What headers do, seen in Chromium: a header of the right name and a wrong value would do nothing.

const server = estamos({ isUp: true })
const site = foreignSite()
const { another } = browsers({ expected: /./ })
const PATIENCE = { timeout: 10_000 }
let slug: string
let ours: string
let context: BrowserContext
let page: Page

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  ours = server.config.publicUrl
  await sign(server, slug)
  await confirm(server, slug)
})
beforeEach(async () => {
  context = await another()
  page = await context.newPage()
  site.asked.length = 0
})

test('of all pages a foreign site frames the embeds alone', async () => {
  const embeds = [`/embed/${slug}`, `/embed/${slug}/gatech.edu`, `/embed/${slug}?view=leaderboard`]
  const others = ['/no-such-page', ...everyOtherPath()]
  site.body = [...embeds, ...others]
    .map((path) => `<iframe name="${path}" src="${ours}${path}"></iframe>`)
    .join('')

  await page.goto(site.url)

  const frames = () => page.frames().filter((frame) => frame !== page.mainFrame())
  const shown = () =>
    frames()
      .filter((frame) => frame.url().startsWith(ours))
      .map((frame) => frame.name())
  const refused = () => frames().filter((frame) => frame.url().startsWith('chrome-error:'))
  expect(others.length).toBeGreaterThan(60)
  await expect.poll(() => refused().length, PATIENCE).toBe(others.length)
  await expect.poll(shown, PATIENCE).toEqual(embeds)
  await page.frameLocator('iframe').first().getByLabel('Email').first().waitFor()
})

/** Where anything is shown at all but embeds, what is built, and a stream that never ends. */
function everyOtherPath(): string[] {
  return [...Object.keys(doors), ...Object.keys(access)]
    .filter((route) => route.startsWith('GET ') && !/^GET .(embed|assets|widgets?)\b|\*|live$/.test(route))
    .map((route) =>
      route.slice(4).replace(':slug', slug).replace(':domain', 'gatech.edu').replaceAll(/:\w+/g, 'x'),
    )
}

describe.each([
  ['/c/{slug}'],
  ['/embed/{slug}'],
  ['/confirm/x'],
  ['/my-pledge/x'],
  ['/c/{slug}/my-pledge-links'],
  ['/console'],
  ['/no-such-page'],
])('whoever gets markup into %s', (path) => {
  test('runs nothing, loads nothing from elsewhere, and sends nothing there', async () => {
    await page.goto(`${ours}${path.replace('{slug}', slug)}`)

    await page.evaluate(inject, site.url)

    const stopped = async () => [...new Set<string>(await page.evaluate('window.stopped'))].sort()
    await expect
      .poll(stopped)
      .toEqual([
        'base-uri',
        'connect-src',
        'form-action',
        'frame-src',
        'img-src',
        'script-src-attr',
        'script-src-elem',
        'style-src-elem',
      ])
    expect(await page.evaluate('window.ran')).toBeUndefined()
    expect(site.asked).toEqual([])
    expect(new URL(page.url()).origin).toBe(ours)
  })
})

test('where no policy is set all of that happens, so that the tries are true ones', async () => {
  site.body = '<p>No policy</p>'
  await page.goto(site.url)

  await page.evaluate(inject, site.url)

  await expect
    .poll(() => [...site.asked], PATIENCE)
    // The form fills the frame, which may then never ask for what it was made for.
    .toEqual(
      expect.arrayContaining(['GET /fetched', 'GET /picture', 'GET /script', 'GET /styles', 'POST /posted']),
    )
  expect(await page.evaluate('window.ran')).toBeDefined()
})

/** Runs in the page. Markup is put in as a hole would let it in: through the document, where its policy holds. */
function inject(foreign: string): void {
  const stopped: string[] = []
  addEventListener('securitypolicyviolation', ({ effectiveDirective }) => stopped.push(effectiveDirective))
  Object.assign(window, { stopped })
  const parts: [name: string, fields: object][] = [
    ['script', { textContent: 'window.ran = "inline script"' }],
    ['script', { src: `${foreign}script` }],
    ['img', { src: `${foreign}picture` }],
    ['link', { rel: 'stylesheet', href: `${foreign}styles` }],
    ['iframe', { src: `${foreign}framed`, name: 'evil-frame' }],
    ['div', { innerHTML: `<img src="data:," onerror="window.ran = 'handler'"><base href="${foreign}">` }],
    ['a', { href: 'javascript:void(window.ran = "link")', id: 'evil-link' }],
    ['form', { action: `${foreign}posted`, method: 'post', id: 'evil-form', target: 'evil-frame' }],
  ]
  document.body.append(...parts.map(([name, fields]) => Object.assign(document.createElement(name), fields)))
  document.getElementById('evil-link')?.click()
  fetch(`${foreign}fetched`).catch(() => {})
  const form = document.getElementById('evil-form') as HTMLFormElement
  form.submit()
}

test('whoever opens our page in a window has no hold on it, and our page none on whoever opened it', async () => {
  site.body = `<script>addEventListener('click', () => { window.opened = open('${ours}/c/${slug}') })</script>Press`
  await page.goto(site.url)

  const [popup] = await Promise.all([context.waitForEvent('page'), page.mouse.click(50, 50)])
  await popup.waitForLoadState()

  expect(popup.url()).toBe(`${ours}/c/${slug}`)
  expect(await popup.evaluate('window.opener')).toBe(null)
  expect(await page.evaluate('window.opened.closed')).toBe(true)
})

test('a foreign page reads what is public, and cannot even load the rest', async () => {
  site.body = '<p>A page</p>'
  await page.goto(site.url)
  const load = (path: string, mode: RequestMode = 'no-cors') =>
    page.evaluate(
      ([url, how]) =>
        fetch(url as string, {
          mode: how as RequestMode,
          credentials: 'omit',
        }).then(
          async (answer) => answer.type + (await answer.text()).slice(0, 9),
          () => 'refused',
        ),
      [`${ours}${path}`, mode],
    )

  const open = await Promise.all(
    [`/api/v1/campaigns/${slug}`, `/api/v1/campuses?q=georgia`].map((path) => load(path, 'cors')),
  )
  const widget = await load('/widget.js')
  const shut = await Promise.all(
    [
      `/c/${slug}`,
      '/confirm/x',
      '/my-pledge/x',
      '/api/v1/my-pledge',
      '/api/v1/console/session',
      '/console',
    ].map((path) => load(path)),
  )

  const asked = await page.evaluate(async (url) => {
    const tag = (await fetch(url)).headers.get('etag') ?? 'hidden'
    const again = await fetch(url, { headers: { 'if-none-match': tag }, cache: 'no-store' })
    return [tag.slice(0, 1), again.status]
  }, `${ours}/api/v1/campaigns/${slug}/leaderboard`)

  expect(asked).toEqual(['"', 304])
  expect(open).toEqual(['cors{"slug":"', 'cors{"campuse'])
  expect(widget).toBe('opaque')
  expect(new Set(shut)).toEqual(new Set(['refused']))
})

test('a foreign form with a signer’s cookie in the browser changes nothing', async () => {
  const value = await tokenFor(server, slug, { purpose: 'session' })
  await context.addCookies([{ name: 'my-pledge', value, url: ours, httpOnly: true, sameSite: 'Lax' }])
  site.body = `<form method="post" action="${ours}/my-pledge/erasure"><button>Win a prize</button></form>`
  await page.goto(site.url)

  await page.getByRole('button').click()
  await page.waitForURL(`${ours}/**`)

  expect(await page.content()).not.toContain('Win a prize')
  expect(await pledgesOf(server, slug)).toMatchObject([{ state: 'confirmed' }])
})

test('our pages ask for no place, and tell nobody where a visitor came from', async () => {
  await context.grantPermissions(['geolocation'], { origin: ours })
  await page.goto(`${ours}/confirm/a-secret-token`)

  const place = await page.evaluate(
    () =>
      new Promise((tell) =>
        navigator.geolocation.getCurrentPosition(
          () => tell('told'),
          ({ code }) => tell(code === GeolocationPositionError.PERMISSION_DENIED ? 'refused' : 'not there'),
        ),
      ),
  )
  await page.evaluate((url) => location.assign(url), site.url)
  await page.waitForURL(site.url)

  expect(place).toBe('refused')
  expect(site.referrers.at(-1)).toBeUndefined()
})
