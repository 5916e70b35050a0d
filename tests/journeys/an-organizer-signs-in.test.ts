import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aStranger, linksIn } from '../organizers/browser.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn, withDevice } from './console.ts'

const server = estamos({ isUp: true, env: () => ({ CAPTCHA: 'altcha' }) })
// Chromium says so of every call that is refused, and asking who is signed in may be.
const chromium = browsers({ expected: /status of 4(0[0139]|22)/ })

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console${path}`)
  return page
}

async function askForLink(page: Page, email: string): Promise<string> {
  const before = await mailed(email)
  await page.getByLabel('Your email address').fill(email)
  await page.getByRole('button', { name: 'Email me a link' }).click()
  await page.getByText('a link is on its way').waitFor()
  await expect.poll(() => mailed(email)).not.toEqual(before)
  const [link = ''] = await mailed(email)
  return link
}

/** The links that the worker has mailed so far, the newest first. */
async function mailed(email: string): Promise<string[]> {
  const letters = await lettersIn(server.deps.mailboxFolder)
  return linksIn(letters.filter(({ to }) => to === email))
}

async function openLink(page: Page, link: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${server.config.publicUrl}/console/sign-in#link=${link}`)
}

test('an organizer signs in by a link, adds a passkey, and from then on the link alone lets nobody in', async () => {
  const email = await aStranger(server)
  const context = await chromium.another()
  const page = await open(context, '/account')
  await withDevice(page)

  await page.waitForURL('**/console/sign-in')
  await expectAccessible(page)
  await openLink(page, await askForLink(page, email))
  await page.getByText(`This link is for ${email}`).waitFor()
  expect(page.url()).not.toContain('link=')
  await expectAccessible(page)
  await page.getByRole('button', { name: `Sign in as ${email}` }).click()

  await page.waitForURL('**/console/account')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('The passkey was added').waitFor()
  await page.getByRole('button', { name: 'Make recovery codes' }).click()
  await page.getByText('They are shown this once').waitFor()
  expect(await page.locator('.printed-codes li').count()).toBe(10)
  await expectAccessible(page)
  const code = (await page.locator('.printed-codes li').first().textContent()) ?? ''
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('10 codes are left').waitFor()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'Your drives' }).waitFor()
  await page.getByRole('link', { name: email }).click()
  await page.getByText('by passkey').waitFor()

  const another = await chromium.another()
  const elsewhere = await open(another, '/sign-in')
  await openLink(elsewhere, await askForLink(elsewhere, email))
  await elsewhere.getByText('has a passkey, so reading its mail is not enough').waitFor()
  await expectAccessible(elsewhere)
  await elsewhere.getByText('I have a recovery code').click()
  await elsewhere.getByLabel('Recovery code').fill('AAAA-BBBB')
  await elsewhere.getByRole('button', { name: 'Sign in with this code' }).click()
  await elsewhere.getByText('none of your recovery codes').waitFor()
  expect(await elsewhere.getByLabel('Recovery code').inputValue()).toBe('AAAA-BBBB')
  await elsewhere.getByLabel('Recovery code').fill(code.toLowerCase())
  await elsewhere.getByRole('button', { name: 'Sign in with this code' }).click()
  await elsewhere.getByRole('heading', { name: 'Your drives' }).waitFor()
}, 60_000)

test('a link that was forwarded signs nobody in, and says what to do', async () => {
  const email = await aStranger(server)
  const hers = await open(await chromium.another(), '/sign-in')
  const link = await askForLink(hers, email)
  const another = await open(await chromium.another(), '/sign-in')

  await openLink(another, link)

  await another.getByText('in the browser that asked for it').waitFor()
  expect(await another.content()).not.toContain(email)
  await another.getByRole('button', { name: 'Ask for another link' }).click()
  await another.getByLabel('Your email address').waitFor()
})

describe('what was typed is kept', () => {
  test('where a passkey is wanted once more', async () => {
    const email = await aStranger(server)
    const context = await chromium.another({ viewport: { width: 1280, height: 800 } })
    const page = await open(context, '/sign-in')
    const { cdp, authenticatorId } = await withDevice(page)
    await openLink(page, await askForLink(page, email))
    await page.getByRole('button', { name: 'Sign in as' }).click()
    await page.getByRole('link', { name: 'Add one now' }).click()
    await page.getByLabel('Name of the new passkey').fill('laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('The passkey was added').waitFor()
    await server.deps.db.execute(
      `update organizer_sessions set passkey_at = passkey_at - interval '11 minutes'`,
    )

    await page.getByRole('button', { name: 'Make recovery codes' }).click()
    const dialog = page.getByRole('dialog', { name: 'Use your passkey once more' })
    await dialog.waitFor()
    await expectAccessible(page)
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await dialog.getByRole('button', { name: 'Use my passkey' }).click()
    await dialog.getByText('No passkey was used').waitFor()
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    await dialog.getByRole('button', { name: 'Use my passkey' }).click()

    await page.getByText('They are shown this once').waitFor()
    expect(await dialog.count()).toBe(0)
  }, 60_000)

  test('where the session has ended', async () => {
    const organizer = await anOrganizer(server)
    const context = await signedIn(await chromium.another(), server, organizer)
    const page = await open(context, '/account')
    await page.getByLabel('Name of the new passkey').fill('my own words')
    await organizer.call('DELETE', 'session')

    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const dialog = page.getByRole('dialog', { name: 'You have been signed out' })
    await dialog.waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')

    await page.getByText('Sign in to go on').waitFor()
    expect(await page.getByLabel('Name of the new passkey').inputValue()).toBe('my own words')
  })
})
