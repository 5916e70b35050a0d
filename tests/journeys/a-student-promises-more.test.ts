import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { NewCampaign } from '../../server/campaigns/opening.ts'
import { aCampaignThatAsks, answersTo, codeIn, crowd, rowOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible } from './console.ts'
import { hostPage, snippet } from './host-page.ts'
import { linkIn } from './mail.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const host = hostPage()
const people = browsers()

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** One that names, offers and asks, in two languages, with next steps at Georgia Tech. */
async function aDrive(settings: Partial<NewCampaign> = {}) {
  const chapter = server.deps.campuses.byDomain('gatech.edu')
  return await aCampaignThatAsks(server, {
    targets: [
      {
        name: 'Palantir',
        reason: { en: 'Sells it.', es: 'Lo vende.' },
        sourceUrl: 'https://example.org/palantir',
      },
      {
        name: 'Microsoft',
        reason: { en: 'Hosts it.', es: 'Lo aloja.' },
        sourceUrl: 'https://example.org/microsoft',
      },
    ],
    logo: { type: 'image/png', bytes: PIXEL },
    campuses: [
      {
        campusId: chapter?.id ?? 0,
        chapterName: 'YDSA at Georgia Tech',
        nextSteps: [
          { label: 'Join the chapter', url: 'https://example.org/join' },
          { label: 'What we demand here', url: 'https://example.org/demands' },
        ],
      },
    ],
    ...settings,
  })
}

test('a student reads whom it names, promises more and answers, in the frame on a hostile page', async () => {
  const { publicUrl } = server.config
  const { slug, clauses, questions } = await aDrive()
  await crowd(server, slug, { campus: 'gatech.edu', people: 5 })
  host.policy = `${publicUrl}/widget.js; frame-src ${publicUrl}`
  host.body = snippet(publicUrl, `/embed/${slug}/gatech.edu?source=ydsa-gt`)
  const page = await withLogo(await (await people.another()).newPage())
  await page.goto(host.url)
  const frame = page.frameLocator('iframe')

  await frame.getByText('Why Palantir and Microsoft?').click()
  const source = frame.getByRole('link', { name: 'Source Palantir' })
  const link = { href: await source.getAttribute('href'), rel: await source.getAttribute('rel') }
  const form = await frame.getByRole('heading', { name: 'Sign the pledge' }).boundingBox()
  await frame.getByText('Why Palantir and Microsoft?').click()
  const folded = await frame.getByRole('heading', { name: 'Sign the pledge' }).boundingBox()
  await frame.getByLabel('I also tell recruiters why.').check()
  await frame.getByRole('radio', { name: '2028' }).check()
  await frame.getByLabel('Email', { exact: true }).fill('ada@cc.gatech.edu')
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  const message = await inbox.next('ada@cc.gatech.edu')
  await frame.getByLabel('Six digits').waitFor()
  const isStillOffered = await frame.getByLabel('I also tell recruiters why.').isVisible()
  await frame.getByLabel('Six digits').pressSequentially(codeIn(message.text ?? ''))
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()
  await frame.getByText('You are counted').waitFor()

  expect(link).toEqual({ href: 'https://example.org/palantir', rel: 'noopener noreferrer' })
  expect(form?.y).toBeGreaterThan(folded?.y ?? Infinity)
  expect(folded?.y).toBeLessThan(740)
  expect(isStillOffered).toBe(false)
  expect(message.text).toContain('“I also tell recruiters why”')
  for (const step of ['Join the chapter', 'What we demand here', 'YDSA at Georgia Tech'])
    await frame.getByText(step).waitFor()
  expect(await rowOf(server, slug, 'ada@cc.gatech.edu')).toMatchObject({
    state: 'confirmed',
    clauses: [clauses[1]],
  })
  expect(await answersTo(server, questions[0])).toEqual({ 2: 1 })
})

test('nothing she chose is lost on the way back to the form, or while the frame comes alive', async () => {
  const { slug } = await aDrive()
  const page = await withLogo(await (await people.another()).newPage())
  const { promise: held, resolve: letIn } = Promise.withResolvers<void>()
  await page.route(/assets.*embed.*js/, async (route) => {
    await held
    await route.continue()
  })
  await page.addInitScript(`window.shifts = []
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
      .observe({ type: 'layout-shift', buffered: true })`)
  await page.goto(`${server.config.publicUrl}/embed/${slug}?locale=es`, { waitUntil: 'commit' })
  await page.getByLabel('También se lo pido a mi escuela.').check()
  await page.getByRole('radio', { name: 'Later' }).check()

  letIn()
  await page.waitForLoadState('networkidle')
  const shifts = await page.evaluate('shifts')
  await page.getByLabel('Correo electrónico', { exact: true }).fill('ana@unam.mx')
  await page.getByRole('button', { name: 'Firma el compromiso' }).click()
  await page.getByRole('button', { name: '¿Dirección equivocada? Cámbiala' }).click()

  expect(shifts).toEqual([])
  expect(await page.getByLabel('También se lo pido a mi escuela.').isChecked()).toBe(true)
  expect(await page.getByRole('radio', { name: 'Later' }).isChecked()).toBe(true)
  expect(await page.getByLabel('Correo electrónico', { exact: true }).inputValue()).toBe('ana@unam.mx')
})

test('without JavaScript the mailed button confirms clauses and answers, and shows the next steps', async () => {
  const { publicUrl } = server.config
  const { slug, clauses, questions } = await aDrive()
  const page = await withLogo(await (await people.another({ javaScriptEnabled: false })).newPage())

  await page.goto(`${publicUrl}/c/${slug}`)
  await page.getByLabel('I also ask my school.').check()
  await page.getByRole('radio', { name: 'Yes' }).check()
  await page.getByLabel('Email', { exact: true }).fill('mei@gatech.edu')
  await page.getByRole('button', { name: 'Sign the pledge' }).click()
  await page.getByText('Now check your email').waitFor()
  await page.goto(linkIn(await inbox.next('mei@gatech.edu'), 'confirm'))
  await page.getByRole('button').click()

  for (const step of ['Join the chapter', 'What we demand here']) await page.getByText(step).waitFor()
  expect(await rowOf(server, slug, 'mei@gatech.edu')).toMatchObject({
    state: 'confirmed',
    clauses: [clauses[0]],
  })
  expect(await answersTo(server, questions[1])).toEqual({ 1: 1 })
})

test.each([360, 1280])(
  'the pages of a drive that names, offers and asks are for everybody (%d px)',
  async (width) => {
    const { slug } = await aDrive()
    const context = await people.another({ viewport: { width, height: 740 } })
    const page = await withLogo(await context.newPage())

    for (const path of [`/c/${slug}`, `/c/${slug}/gatech.edu`, `/embed/${slug}`]) {
      await page.goto(`${server.config.publicUrl}${path}`, { waitUntil: 'networkidle' })
      await expectAccessible(page)
      expect(await page.getByText('Sells it.').filter({ visible: true }).count()).toBe(
        width > 1000 && path.startsWith('/c/') ? 1 : 0,
      )
      const logo = await page.locator('img').boundingBox()
      expect(logo?.height).toBeGreaterThan(40)
    }
    await page.goto(`${server.config.publicUrl}/c/${slug}/gatech.edu`)
    for (const step of ['Join the chapter', 'What we demand here', 'YDSA at Georgia Tech'])
      await page.getByText(step).waitFor()
  },
)

/** The picture itself is served by a route that this test is not about. */
async function withLogo(page: Page): Promise<Page> {
  await page.route('**/logo/*', (route) => route.fulfill({ contentType: 'image/png', body: PIXEL }))
  return page
}
