import { readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import QRCode from 'qrcode'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, codeIn, pledgesOf } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'
import { hostPage } from './host-page.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const host = hostPage()
const people = browsers({ expected: /409/ })

test(
  'an organizer builds a snippet, and a student signs in what a hostile page makes of it',
  { timeout: 90_000 },
  async () => {
    const { publicUrl } = server.config
    const slug = await anOpenCampaign(server, {
      texts: [{ locale: 'en', title: 'No "tech" for <cages> & us', body: 'I will not.', reason: '' }],
    })
    const page = await builder(slug)
    await page.getByLabel('Campus', { exact: true }).fill('gatech.edu')
    await page.getByRole('button', { name: 'Register a new source' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Chapter’s website')
    await page.getByLabel('Code', { exact: true }).fill('chapter-site')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByRole('row', { name: /Chapter’s website/ }).waitFor()
    await expect
      .poll(async () => (await server.deps.campaigns.bySlug(slug)).sources.has('chapter-site'))
      .toBe(true)
    const preview = page.frameLocator('iframe')
    await preview.getByText('Georgia Institute of Technology').waitFor()
    await expectAccessible(page)
    await page.setViewportSize({ width: 1280, height: 900 })
    await expectAccessible(page)

    host.policy = `${publicUrl}/widgets/; frame-src ${publicUrl}`
    for (const [n, shape] of ['Frame with script', 'Frame', 'Element'].entries()) {
      await page.getByRole('radio', { name: shape, exact: true }).check()
      host.body = await copied(page)
      await signOn(host.url, `student-${n}@gatech.edu`)
    }

    await expect
      .poll(async () => (await page.reload(), await page.getByText('By day: Chapter’s website').count()), {
        timeout: 15_000,
      })
      .toBe(1)
    await page.getByText('By day: Chapter’s website').click()
    await page.getByText(/: 3 confirmed$/).waitFor()
    await expectAccessible(page)

    const rows = await pledgesOf(server, slug)
    expect(rows).toHaveLength(3)
    for (const row of rows)
      expect(row).toMatchObject({ source: 'chapter-site', state: 'confirmed', campus_proven: true })
    expect(host.body).toContain('title="No &#34;tech&#34; for &#60;cages&#62; &#38; us"')
  },
)

test('the link and the poster lead to the campaign page, with the source', async () => {
  const { publicUrl } = server.config
  const slug = await anOpenCampaign(server)
  const page = await builder(slug)
  await page.getByLabel('Source', { exact: true }).selectOption('poster')
  await page.getByLabel('Language', { exact: true }).selectOption('es')

  await page.getByRole('radio', { name: 'Link' }).check()
  const link = await copied(page)
  await page.getByRole('radio', { name: 'QR code' }).check()
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download PNG' }).click()
  const png = await saving

  expect(link).toBe(`${publicUrl}/c/${slug}?source=poster&locale=es`)
  expect(png.suggestedFilename()).toBe(`qr-${slug}-poster.png`)
  expect(await squaresIn(page, await png.path())).toBe(squaresOf(link))
  await expectAccessible(page)
})

test('whoever may only look picks and copies, and registers nothing; a draft has no preview', async () => {
  const slug = await anOpenCampaign(server, { state: 'draft' })
  const page = await builder(slug, 'viewer')

  await page.getByText('nobody can see its embed yet').waitFor()
  expect(await page.getByRole('button', { name: /Register|Remove/ }).count()).toBe(0)
  expect(await copied(page)).toContain(`/embed/${slug}`)
})

test('a script is pinned to its version, unless the organizer would have it keep itself up to date', async () => {
  const page = await builder(await anOpenCampaign(server))

  const pinned = await copied(page)
  await page.getByLabel('The script keeps itself up to date').check()
  await page.getByText('also if somebody takes that server over').waitFor()
  await expectAccessible(page)
  const loose = await copied(page)

  expect(pinned).toMatch(
    /<script async src="http[^"]+\/widgets\/[0-9a-f]{16}\.js" integrity="sha384-[^"]+" crossorigin="anonymous">/,
  )
  expect(loose).toMatch(/<script async src="http[^"]+\/widget\.js"><\/script>/)
})

test('a code that is taken is said so beside the field, and what was typed stays', async () => {
  const slug = await anOpenCampaign(server)
  const page = await builder(slug)
  await page.getByRole('button', { name: 'Register a new source' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Another poster')
  await page.getByLabel('Code', { exact: true }).fill('poster')

  await page.getByRole('button', { name: 'Register', exact: true }).click()

  await page.getByText('“poster” is taken in this campaign').waitFor()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Another poster')
  await expectAccessible(page)
})

async function builder(slug: string, role: 'editor' | 'viewer' = 'editor'): Promise<Page> {
  const context = await signedIn(await people.another(), server, await anOrganizer(server, { role }))
  await allowClipboard(context)
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/embeds`)
  await page.getByLabel('View', { exact: true }).waitFor()
  return page
}

async function allowClipboard(context: BrowserContext): Promise<void> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.config.publicUrl })
}

async function copied(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied.').waitFor()
  return await page.evaluate('navigator.clipboard.readText()')
}

async function signOn(url: string, email: string): Promise<void> {
  const page = await (await people.another()).newPage()
  await page.goto(url)
  const frame = page.frameLocator('iframe')
  await frame.getByLabel('Email', { exact: true }).fill(email)
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  const { text = '' } = await inbox.next(email)
  await frame.getByLabel('Six digits').pressSequentially(codeIn(text))
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()
  await frame.getByText('You are counted').waitFor()
}

/** The code of a text, a digit for each square. */
function squaresOf(text: string): string {
  return QRCode.create(text, { errorCorrectionLevel: 'M' }).modules.data.join('')
}

/** The same, as a picture of it shows them. */
async function squaresIn(page: Page, file: string): Promise<string> {
  const picture = `data:image/png;base64,${(await readFile(file)).toString('base64')}`
  return await page.evaluate(async (src) => {
    const image = Object.assign(new Image(), { src })
    await image.decode()
    const { naturalWidth: width, naturalHeight: height } = image
    const canvas = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!
    canvas.drawImage(image, 0, 0)
    // Four squares of margin on each side, and a line of words of five below.
    const size = Math.round((5 * width) / (height - width)) - 8
    const one = width / (size + 8)
    const isDark = (at: number) => {
      const [x, y] = [(at % size) + 4.5, Math.floor(at / size) + 4.5]
      return canvas.getImageData(x * one, y * one, 1, 1).data[0]! < 128
    }
    return Array.from({ length: size * size }, (_, at) => (isDark(at) ? 1 : 0)).join('')
  }, picture)
}
