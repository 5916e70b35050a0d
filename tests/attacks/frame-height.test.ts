import type { Frame, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { aCampaignThatAsks, codeIn, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from '../journeys/browsers.ts'
import { foreignSite } from '../journeys/foreign-site.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { reached } from './reached.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const host = foreignSite()
const people = browsers({ expected: /status of 4\d\d/ })

const WIDTHS = Array.from({ length: 31 }, (_, at) => 420 - 10 * at)

/** Two addresses of campuses whose names have different lengths, a long address of no campus, and a short one. */
const ADDRESSES = [
  'a@gatech.edu',
  'someone.with.a.long.name@berkeley.edu',
  'ada.lovelace.of.somewhere.far.away@mail.example',
  'a@b.example',
]

test('the heights that a frame tells at any width are the same for every address, typed, sent and confirmed', async () => {
  const { slug } = await aCampaignThatAsks(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })

  const sweeps = []
  for (const email of ADDRESSES) sweeps.push(await sweepsOf(slug, email))

  expect(new Set(sweeps[0]!.typing).size).toBeGreaterThan(3)
  for (const sweep of sweeps) expect(sweep).toEqual(sweeps[0])
  reached(
    'C25',
    `a host that sweeps ${WIDTHS.length} widths at four steps: one list of heights for 4 addresses`,
  )
})

test('the heights that a frame tells are the same for whoever ticks, chooses and gets refused', async () => {
  const { slug } = await aCampaignThatAsks(server)
  const { page, frame } = await opened(slug)
  const untouched = await sweep(page, frame)

  await frame.getByLabel('List me by').check()
  const ticked = await sweep(page, frame)
  await frame.getByRole('combobox', { name: 'Campus' }).pressSequentially('georgia')
  await frame.getByRole('option').first().waitFor()
  const searching = await sweep(page, frame)
  await frame.getByRole('combobox', { name: 'Campus' }).fill('zzzzqqqq xxxxwwww')
  await frame.getByText('No campus').waitFor()
  const searchedInVain = await sweep(page, frame)
  await frame.getByLabel('Email', { exact: true }).fill('ada@mail.example')
  await frame.getByLabel('Your name').fill('https://mail.example')
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  await frame.locator('.refusal').first().waitFor()
  const refused = await sweep(page, frame)

  expect({ ticked, searching, searchedInVain, refused }).toEqual({
    ticked: untouched,
    searching: untouched,
    searchedInVain: untouched,
    refused: untouched,
  })
})

test('the heights that a frame tells are the same for whoever has to choose among campuses', async () => {
  for (const eligibility of ['anyone', 'campus-email'] as const) {
    const { slug } = await aCampaignThatAsks(server, { eligibility })
    const { page, frame } = await opened(slug)
    const untouched = await sweep(page, frame)

    await frame.locator('input[name=email]').fill('ada@alaska.edu')
    await frame.getByText('Several campuses share your address.').waitFor()
    const asked = await sweep(page, frame)
    await frame.getByRole('button', { name: 'Sign the pledge' }).click()
    await frame.getByText('Choose your campus').waitFor()
    const refused = await sweep(page, frame)
    await frame.getByRole('combobox', { name: 'Campus' }).selectOption('University of Alaska Southeast')
    const chosen = await sweep(page, frame)

    expect({ asked, refused, chosen }).toEqual({ asked: untouched, refused: untouched, chosen: untouched })
  }
})

async function sweepsOf(slug: string, email: string) {
  const { page, frame } = await opened(slug)
  const before = await sweep(page, frame)
  await frame.getByLabel('Email', { exact: true }).fill(email)
  if (email.endsWith('.edu')) await frame.getByText('recognized from your address').waitFor()
  const typing = await sweep(page, frame)
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  await frame.getByText('Now check your email').waitFor()
  const checking = await sweep(page, frame)
  await frame.getByLabel('Six digits').fill(codeIn((await inbox.next(email)).text ?? ''))
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()
  await frame.getByText('You are counted').waitFor()
  const counted = await sweep(page, frame)
  await page.context().close()
  return { before, typing, checking, counted }
}

/** The drive's frame on a page of another origin, which greets it itself. */
async function opened(slug: string): Promise<{ page: Page; frame: Frame }> {
  const { publicUrl } = server.config
  host.body = `<iframe src="${publicUrl}/embed/${slug}" title="Sign" height="720"></iframe>
    <script>addEventListener('message', ({ data }) => data.estamos === 'height' && (window.told = data.height))</script>`
  const page = await (await people.another()).newPage()
  await page.goto(host.url)
  const frame = page.frames()[1]!
  await page.waitForFunction(`frames[0].postMessage({ estamos: 'hello', theme: {} }, '*') || window.told`)
  return { page, frame }
}

/** The height that the frame tells at each width, asked for once it has been laid out in it. */
async function sweep(page: Page, frame: Frame): Promise<number[]> {
  const heights: number[] = []
  for (const width of WIDTHS) {
    await page.locator('iframe').evaluate((element, px) => (element.style.width = `${px}px`), width)
    await frame.waitForFunction((px) => innerWidth === px, width)
    await page.evaluate(`told = undefined; frames[0].postMessage({ estamos: 'hello', theme: {} }, '*')`)
    heights.push((await (await page.waitForFunction('told')).jsonValue()) as number)
  }
  return heights
}
