import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type AnOrganizer, anOrganizer, confirm, sign } from '../builders.ts'
import { aDraft, pledgeInEnglish, pledgeInSpanish } from '../campaigns/drafts.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
/** A browser says aloud that an answer was no success; what follows from it is tested. */
const browser = browsers({ expected: /status of (409|422)/ })

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
const png = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#b4231a' } })
  .png()
  .toBuffer()

test('an organizer opens a bilingual campaign from nothing, sees each change in the preview, and a student signs', async () => {
  const page = await pageOf(await anOrganizer(server))
  await page.goto(`${server.config.publicUrl}/console/`)

  await page.getByRole('link', { name: 'New campaign' }).click()
  await page.getByLabel('Title').fill('¡No más jaulas!')
  await page.getByLabel('Language of its wording').selectOption('es')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Make the draft' }).click()

  const preview = page.frameLocator('iframe')
  const spanish = page.getByRole('region', { name: 'Spanish' })
  await spanish.getByLabel('The pledge').fill('No trabajaré para ella.')
  await preview.getByText('No trabajaré para ella.').waitFor()
  await page.getByLabel('Another language').selectOption('en')
  await page.getByRole('button', { name: 'Add it' }).click()
  const english = page.getByRole('region', { name: 'English' })
  await english.getByLabel('Title').fill('No more cages')
  await english.getByLabel('The pledge').fill('I will not work for it.')
  await page.getByRole('region', { name: 'Preview' }).getByLabel('Language').selectOption('en')
  await preview.getByText('I will not work for it.').waitFor()
  await save(page)

  await part(page, 'Firms and clauses')
  await page.getByRole('button', { name: 'Add a firm' }).click()
  await page.getByLabel('Name').fill('Lodestar Analytics')
  await page.getByLabel('Reason in Spanish').fill('Vende el software.')
  await page.getByLabel('Source').fill('lodestar.example')
  await page.getByRole('button', { name: 'Save', exact: true }).first().click()
  await page.getByText('has to be a whole address that begins with https://').first().waitFor()
  await page.getByLabel('Source').fill('https://example.org/contracts')
  await save(page)

  await part(page, 'Dates and opening')
  await page.getByText('Say in English why Lodestar Analytics is named.').waitFor()
  expect(await page.getByRole('button', { name: 'Open it…' }).isDisabled()).toBe(true)
  await part(page, 'Firms and clauses')
  await page.getByLabel('Reason in English').fill('Sells the software.')
  await save(page)
  await part(page, 'Dates and opening')
  await page.getByRole('button', { name: 'Open it…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Open it' }).click()
  await page.getByText('Open: people can sign.').waitFor()

  const signed = await sign(server, 'no-mas-jaulas')
  const confirmed = await confirm(server, 'no-mas-jaulas')
  expect([signed.statusCode, confirmed.statusCode]).toEqual([202, 200])
})

describe('two organizers at once', () => {
  test('the second is told who came first, sees theirs, goes back to hers, and saves over it only by choice', async () => {
    const draft = await aDraft(server, { texts: [pledgeInEnglish] })
    const second = await anOrganizer(server, { role: 'editor' })
    const page = await pageOf(second)
    await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`)
    await page.getByLabel('The pledge').fill('Hers.')
    await draft.change('PUT', 'texts', { texts: [{ ...pledgeInEnglish, body: 'Theirs.' }] })

    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(`${draft.organizer.email} changed this campaign`).waitFor()

    expect((await draft.settings()).texts[0]?.body).toBe('Theirs.')
    await page.getByRole('button', { name: 'Show theirs' }).click()
    expect(await page.getByLabel('The pledge').inputValue()).toBe('Theirs.')
    await page.getByRole('button', { name: 'Show mine again' }).click()
    expect(await page.getByLabel('The pledge').inputValue()).toBe('Hers.')
    await save(page)
    expect((await draft.settings()).texts[0]?.body).toBe('Hers.')
  })

  test('where another part was changed, hers is told to be as she opened it', async () => {
    const draft = await aDraft(server, { texts: [pledgeInEnglish] })
    const page = await pageOf(draft.organizer)
    await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`)
    await page.getByLabel('The pledge').fill('Hers.')
    await draft.change('PATCH', 'settings', { goal: 1200 })

    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('This part is still as you opened it.').waitFor()
    await page.getByRole('button', { name: 'Save mine' }).click()
    await page.getByText('Saved.').waitFor()

    expect(await draft.settings()).toMatchObject({ goal: 1200, texts: [{ body: 'Hers.' }] })
  })
})

test('a form that is left half done is there again, and can be thrown away', async () => {
  const draft = await aDraft(server, { texts: [pledgeInEnglish] })
  const page = await pageOf(draft.organizer)
  page.on('dialog', (dialog) => void dialog.accept())
  const edit = `${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`
  await page.goto(edit)
  await page.getByLabel('The pledge').fill('Half a sen')

  await part(page, 'Questions')
  await part(page, 'Wording , not saved yet')
  expect(await page.getByLabel('The pledge').inputValue()).toBe('Half a sen')
  await page.goto(`${server.config.publicUrl}/console/`)
  await page.goto(edit)

  await page.getByText('What you typed before you left is back.').waitFor()
  expect(await page.getByLabel('The pledge').inputValue()).toBe('Half a sen')
  await page.getByRole('button', { name: 'Throw it away' }).click()
  expect(await page.getByLabel('The pledge').inputValue()).toBe(pledgeInEnglish.body)
  await page.reload()
  await page.getByLabel('The pledge').waitFor()
  expect(await page.getByText('is back').count()).toBe(0)
})

test('nobody signs in the preview, and no link leads out of it', async () => {
  const draft = await aDraft(server, { texts: [pledgeInEnglish] })
  const page = await pageOf(draft.organizer)
  const asked: string[] = []
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
  await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`)
  const preview = page.frameLocator('iframe')
  await page.getByLabel('Shown as').selectOption('page')
  await preview.getByLabel('Email').fill('ada@example.edu')

  await preview.getByRole('button', { name: 'Sign the pledge' }).click()
  await preview.getByRole('link').first().click()
  await page.getByLabel('Title').fill('Still here')
  await preview.getByRole('heading', { name: 'Still here' }).waitFor()

  expect(asked.filter((one) => /\/(pledges|live|leaderboard)$/.test(one))).toEqual([])
  expect(await preview.getByLabel('Email').inputValue()).toBe('ada@example.edu')
})

test('a logo is in the preview of a draft as soon as it is sent; a picture of another kind is told what to do', async () => {
  const draft = await aDraft(server, { texts: [pledgeInEnglish] })
  const page = await pageOf(draft.organizer)
  await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit#look`)

  await page.getByLabel('Picture').setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: svg })
  await page.getByText('This file is not a PNG, JPEG or WebP picture').waitFor()
  await page.getByLabel('Picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png })
  const logo = page.frameLocator('iframe').locator('img')
  await logo.waitFor()

  await expect
    .poll(() => logo.evaluate((image: object) => (image as { naturalWidth: number }).naturalWidth))
    .toBe(40)
})

test('a viewer looks at everything and changes nothing', async () => {
  const draft = await aDraft(server, { texts: [pledgeInEnglish] })
  const page = await pageOf(await anOrganizer(server, { role: 'viewer' }))
  await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`)

  await page.getByText('Only editors and owners can change this.').waitFor()

  expect(await page.getByLabel('The pledge').isDisabled()).toBe(true)
  expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0)
})

test.each([360, 1280])(
  'every part can be used by everybody at %i pixels',
  { timeout: 60_000 },
  async (width) => {
    const draft = await aDraft(server, { texts: [pledgeInEnglish, pledgeInSpanish] })
    await fill(draft)
    const page = await pageOf(draft.organizer, width)

    await page.goto(`${server.config.publicUrl}/console/campaigns/${draft.slug}/edit`)
    for (const name of parts) {
      await part(page, name)
      if (name === 'Goals and campuses') {
        await page.getByRole('button', { name: /^Change/ }).click()
        await page.getByLabel('Chapter').waitFor()
      }
      await expectAccessible(page)
    }
    const toggle = page.getByRole('button', { name: 'Show the preview' })
    expect(await toggle.isVisible()).toBe(width === 360)
    if (width === 360) await toggle.click()
    await page.frameLocator('iframe').getByRole('heading', { name: pledgeInEnglish.title }).waitFor()
    await expectAccessible(page)
  },
)

const parts = [
  'Wording',
  'Firms and clauses',
  'Questions',
  'Goals and campuses',
  'Signing and privacy',
  'Look',
  'Dates and opening',
]

async function fill({ change }: Awaited<ReturnType<typeof aDraft>>) {
  await change('PUT', 'targets', {
    targets: [
      {
        name: 'Lodestar',
        reason: said('Sells it.', 'Lo vende.'),
        sourceUrl: 'https://example.org/contracts',
      },
      { name: 'Palisade', reason: said('Runs it.', 'Lo opera.'), sourceUrl: 'https://example.org/database' },
    ],
  })
  await change('PUT', 'clauses', { clauses: [{ words: said('I will ask my dean.', 'Pediré a mi decana.') }] })
  await change('PUT', 'questions', {
    questions: [
      {
        words: said('When do you graduate?', '¿Cuándo te gradúas?'),
        options: ['2027', '2028'].map((year) => ({ words: said(year, year) })),
      },
    ],
  })
  await change('PUT', 'campuses/gatech.edu', {
    goal: 150,
    chapterName: 'YDSA at Georgia Tech',
    nextSteps: [{ label: 'Join the chapter', url: 'https://example.org/join' }],
  })
}

function said(en: string, es: string) {
  return { en, es }
}

async function pageOf(organizer: AnOrganizer, width = 1280): Promise<Page> {
  const context = await browser.another({ viewport: { width, height: 800 } })
  await signedIn(context, server, organizer)
  return await context.newPage()
}

async function part(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Parts of the campaign' }).getByRole('button', { name }).click()
}

async function save(page: Page): Promise<void> {
  await page
    .locator('form:has-text("Not saved yet.")')
    .getByRole('button', { name: 'Save', exact: true })
    .click()
  await page.getByText('Saved.').waitFor()
}
