import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, codeIn, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn, withDevice } from './console.ts'
import { hostPage } from './host-page.ts'

const inbox = await smtpInbox()
const server = estamos({ isUp: true, env: () => ({ SMTP_URL: inbox.url }) })
const host = hostPage()
const people = browsers({ expected: /40[0134]/ })

test(
  'a partner joins, registers a source, copies its snippet; a student signs, the share rises; the partner leaves and is out',
  { timeout: 90_000 },
  async () => {
    const slug = await anOpenCampaign(server)
    const owner = await consoleOf(slug, 'coalition')
    await owner.getByLabel('Organization').fill('BAJI')
    await owner.getByLabel('Email').fill('lea@baji.example')
    await owner.getByRole('button', { name: 'Invite' }).click()
    await owner.getByText('An invitation is on its way to lea@baji.example').waitFor()

    const partner = await joined()
    await partner.getByRole('button', { name: 'Register a new source' }).click()
    await partner.getByLabel('Name', { exact: true }).fill('Our website')
    await partner.getByLabel('Code', { exact: true }).fill('baji-site')
    await partner.getByRole('button', { name: 'Register', exact: true }).click()
    await partner.getByRole('row', { name: /Our website.*fewer than 5/ }).waitFor()
    await expect
      .poll(async () => (await server.deps.campaigns.bySlug(slug)).sources.has('baji-site'))
      .toBe(true)
    await crowd(server, slug, { people: 5, source: 'baji-site' })
    await signOn(await copied(partner), 'ada@gatech.edu')

    await partner.getByRole('link', { name: 'Coalition' }).click()
    await partner.getByRole('heading', { name: 'Your share' }).waitFor()
    const share = partner.getByRole('row', { name: /BAJI/ }).getByRole('cell').last()
    await expect.poll(async () => (await partner.reload(), await share.textContent())).toBe('6')
    await expectAccessible(partner)
    await owner.reload()
    await owner.getByRole('row', { name: /BAJI partner 2 6/ }).waitFor()
    await expectAccessible(owner)
    await owner.setViewportSize({ width: 1280, height: 900 })
    await expectAccessible(owner)

    const elsewhere = await partner.context().newPage()
    await elsewhere.goto(`${server.config.publicUrl}/console/campaigns/${slug}/embeds`)
    await elsewhere.getByRole('button', { name: 'Register a new source' }).click()
    await elsewhere.getByLabel('Name', { exact: true }).fill('One more')
    await elsewhere.getByLabel('Code', { exact: true }).fill('one-more')
    await partner.getByRole('button', { name: 'Leave the coalition' }).click()
    await partner.getByRole('button', { name: 'Leave', exact: true }).click()
    await addsPasskey(partner)
    await partner.getByRole('heading', { name: 'Your drives' }).waitFor()
    await elsewhere.getByRole('button', { name: 'Register', exact: true }).click()

    await elsewhere.getByText('There is nothing at this address').waitFor()
    expect(await elsewhere.getByLabel('Name', { exact: true }).inputValue()).toBe('One more')
    expect(await partner.getByText('No tech for cages').count()).toBe(0)
    await owner.reload()
    await owner.getByRole('row', { name: /BAJI left 2 6/ }).waitFor()
  },
)

test('an invitation that was used says what to do', async () => {
  const page = await (await people.another()).newPage()

  await page.goto(`${server.config.publicUrl}/console/partner-invitation#${'x'.repeat(43)}`)

  await page.getByText('If you accepted it, sign in').waitFor()
  expect(page.url()).not.toContain('xxx')
  await expectAccessible(page)
})

/** Opens the newest letter to Lea, and accepts. */
async function joined(): Promise<Page> {
  const { text = '' } = await inbox.next('lea@baji.example')
  const [link = ''] = /https?:\/\/\S+\/console\/partner-invitation#\S+/.exec(text) ?? []
  const context = await people.another()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.config.publicUrl })
  const page = await context.newPage()
  await page.goto(link)
  await page.getByText('asks BAJI to carry No tech for cages').waitFor()
  await page.getByLabel('Your name').fill('Lea')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByRole('heading', { name: 'Embeds' }).waitFor()
  return page
}

/** Leaving takes a passkey: one is added in another tab, and the first tab goes on. */
async function addsPasskey(page: Page): Promise<void> {
  await page.getByText('your account has none yet').waitFor()
  await expectAccessible(page)
  const opened = page.context().waitForEvent('page')
  await page.getByRole('link', { name: 'Add a passkey' }).click()
  const account = await opened
  await withDevice(account)
  await account.getByRole('button', { name: 'Add a passkey' }).click()
  await account.getByText('The passkey was added').waitFor()
  await page.getByRole('button', { name: 'I have added one: go on' }).click()
}

async function consoleOf(slug: string, path: string): Promise<Page> {
  const context = await signedIn(await people.another(), server, await anOrganizer(server))
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/${path}`)
  return page
}

/** The frame with the new source, which is picked once it is registered. */
async function copied(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied.').waitFor()
  return await page.evaluate('navigator.clipboard.readText()')
}

async function signOn(snippet: string, email: string): Promise<void> {
  const { publicUrl } = server.config
  expect(snippet).toContain('source=baji-site')
  host.policy = `${publicUrl}/widgets/; frame-src ${publicUrl}`
  host.body = snippet
  const page = await (await people.another()).newPage()
  await page.goto(host.url)
  const frame = page.frameLocator('iframe')
  await frame.getByLabel('Email', { exact: true }).fill(email)
  await frame.getByRole('button', { name: 'Sign the pledge' }).click()
  const { text = '' } = await inbox.next(email)
  await frame.getByLabel('Six digits').pressSequentially(codeIn(text))
  await frame.getByRole('button', { name: 'Confirm my pledge' }).click()
  await frame.getByText('You are counted').waitFor()
}
