import type { Page } from 'playwright-core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tasks } from '../../server/jobs.ts'
import { lettersIn } from '../../server/mail/mailbox.ts'
import type { Mailing } from '../../server/mail/mail.ts'
import { type AnOrganizer, anOpenCampaign, anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aReader, manyReaders, writingFor } from '../updates/writing.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers({ expected: /status of (409|422)/ })

const ADA = 'ada@mail.example'
const EVA = 'eva@mail.example'

async function opened(slug: string, organizer: AnOrganizer, path = ''): Promise<Page> {
  const page = await (await signedIn(await people.another(), server, organizer)).newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/updates${path}`)
  await page.locator('main h1').waitFor()
  return page
}

async function newsTo(address: string): Promise<string[]> {
  const letters = await lettersIn(server.deps.mailboxFolder)
  return letters
    .filter(({ to, subject }) => to === address && /News about|Novedades sobre/.test(subject))
    .map(({ text }) => text)
}

/** Keeps all letters at the way out until it is opened. */
function aGate() {
  const send = server.deps.mail.post.bind(server.deps.mail)
  const gate = Promise.withResolvers<void>()
  const post = vi.spyOn(server.deps.mail, 'post').mockImplementation(async (mailing: Mailing) => {
    await gate.promise
    return await send(mailing)
  })
  onTestFinished(() => post.mockRestore())
  return { open: () => gate.resolve(), reached: () => vi.waitUntil(() => post.mock.calls.length > 0, 10_000) }
}

test('an organizer writes an update, looks at it, tests it, sends it, pauses and goes on; two students get it once', async () => {
  const slug = await anOpenCampaign(server)
  await aReader(server, slug, ADA, { campus: 'gatech.edu' })
  await aReader(server, slug, EVA, { campus: 'mit.edu', locale: 'es' })
  await manyReaders(server, slug, 140)
  const organizer = await anOrganizer(server, { role: 'editor' })
  const page = await opened(slug, organizer)

  await page.getByText('Nothing was written yet.').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Write an update' }).click()
  const english = page.getByRole('region', { name: 'English' })
  const spanish = page.getByRole('region', { name: 'Spanish' })
  await english.getByLabel('Subject').fill('On Thursday we hand it over')
  await page.getByText('The English subject has no text.').waitFor()
  await english.getByLabel('Text').fill('Come to the steps.\n\nBring a friend.')
  await spanish.getByLabel('Subject').fill('El jueves la entregamos')
  await spanish.getByLabel('Text').fill('Nos vemos en las escaleras.')
  await page.getByText('All is saved.').waitFor()
  await page.getByText('142 signers would get it now.').waitFor()
  await page.frameLocator('iframe').getByText('Bring a friend.').waitFor()
  await page.getByLabel('Language').selectOption('es')
  await page.frameLocator('iframe').getByText('Nos vemos en las escaleras.').waitFor()
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Send me a test' }).click()
  await page.getByText('Test letters are on their way').waitFor()
  await vi.waitUntil(async () => (await newsTo(organizer.email)).length === 2, 10_000)
  expect([await newsTo(ADA), await newsTo(EVA)]).toEqual([[], []])

  const gate = aGate()
  await page.getByRole('button', { name: 'Send now…' }).click()
  await page.getByText('It goes to all who asked to be written to').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Send it now' }).click()
  await page.getByText('Being sent').waitFor()
  await page.getByText('of 142').waitFor()
  await gate.reached()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Letters sent before it was paused').waitFor()
  gate.open()
  await vi.waitUntil(
    async () => (await (await writingFor(server, slug)).sees(await idOf(page))).sent > 0,
    10_000,
  )
  const { sent, waiting } = await atRest(slug, page)
  expect(sent).toBeLessThanOrEqual(100)
  expect(sent + waiting).toBe(142)
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('142 letters sent.').waitFor()
  await tasks(server.deps)['carry-updates-on']?.({}, {} as never)

  expect((await newsTo(ADA)).join()).toContain('Bring a friend.')
  expect((await newsTo(EVA)).join()).toContain('Nos vemos en las escaleras.')
  expect([await newsTo(ADA), await newsTo(EVA)].map(({ length }) => length)).toEqual([1, 1])
  await page.getByRole('link', { name: 'All updates' }).click()
  await page.getByRole('link', { name: 'On Thursday we hand it over' }).waitFor()
  await page.setViewportSize({ width: 360, height: 740 })
  await expectAccessible(page)
}, 60_000)

/** In the address of its page. */
async function idOf(page: Page): Promise<number> {
  return Number(new URL(page.url()).pathname.split('/').at(-1))
}

/** Once what the mail server had in its hands has gone. */
async function atRest(slug: string, page: Page) {
  const organizer = await writingFor(server, slug)
  const id = await idOf(page)
  let last = await organizer.sees(id)
  await vi.waitUntil(
    async () => {
      const now = await organizer.sees(id)
      const isAtRest = now.sent === last.sent
      last = now
      return isAtRest
    },
    { interval: 700, timeout: 10_000 },
  )
  return last
}

function text(page: Page) {
  return page.getByRole('region', { name: 'English' }).getByLabel('Text')
}

test('a half-written update outlives a closed tab, and the second of two organizers overwrites nothing', async () => {
  const slug = await anOpenCampaign(server)
  for (const email of times(11, (n) => `bob${n}@mail.example`)) {
    await aReader(server, slug, email, { campus: 'gatech.edu' })
  }
  const { id } = await (await writingFor(server, slug)).draft({ words: {} })
  const first = await opened(slug, await anOrganizer(server, { role: 'editor' }), `/${id}`)
  const second = await opened(slug, await anOrganizer(server, { role: 'editor' }), `/${id}`)
  await text(second).waitFor()

  await text(first).fill('Half a sent')
  await first.getByText('All is saved.').waitFor()
  await first.close()
  await text(second).fill('Something else')
  await second.getByText('changed this update after you opened it').waitFor()
  await expectAccessible(second)
  const kept = await text(second).inputValue()
  await second.getByRole('button', { name: 'Show what is saved' }).click()

  expect(kept).toBe('Something else')
  await vi.waitUntil(async () => (await text(second).inputValue()) === 'Half a sent', 10_000)
  await second.getByLabel('Signers of some campuses').check()
  await second.getByLabel('Georgia Institute of Technology 10 or more').check()
  await second.getByText('At least 10 signers would get it now.').waitFor()
  await second.getByText('All is saved.').waitFor()
  await second.getByRole('button', { name: 'Delete…' }).click()
  await second.getByRole('button', { name: 'Delete it' }).click()
  await second.getByText('Nothing was written yet.').waitFor()
  expect(await second.getByRole('link', { name: 'Without a subject yet' }).count()).toBe(0)
})

test('an organizer schedules an update, takes it back, and lets signers be told of milestones', async () => {
  const slug = await anOpenCampaign(server)
  await aReader(server, slug, 'cat@mail.example')
  const { id } = await (await writingFor(server, slug)).draft()
  const page = await opened(slug, await anOrganizer(server, { role: 'editor' }), `/${id}`)

  await page.getByRole('button', { name: 'Schedule…' }).click()
  const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 16)
  await page.getByLabel('Day and time').fill(inTwoDays)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Schedule it' }).click()
  await page.getByText('It begins on').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Take it back' }).click()
  await page.getByRole('button', { name: 'Send me a test' }).waitFor()
  await page.getByRole('link', { name: 'All updates' }).click()
  await page.getByRole('button', { name: 'Tell them from now on' }).click()
  await page.getByText('They are told.').waitFor()
  await page.getByRole('button', { name: 'Stop telling them' }).click()

  await page.getByText('They are not told.').waitFor()
  await expectAccessible(page)
  expect(await newsTo('cat@mail.example')).toEqual([])
})
