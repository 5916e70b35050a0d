import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { anOpenCampaign, anOrganizer, letterTo } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers({ expected: /status of 4\d\d/ })

const aSlug = () => `org-${randomBytes(5).toString('hex')}`

async function expectAccessibleEverywhere(page: Page): Promise<void> {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    await expectAccessible(page)
  }
}

async function anOwnerAt(path: (slug: string) => string, slug = aSlug()): Promise<Page> {
  const context = await people.another()
  await signedIn(context, server, await anOrganizer(server, { organization: slug }))
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console/${path(slug)}`)
  return page
}

test('an owner invites somebody, who reads what she is asked and comes in; then the owner hands over', async () => {
  const email = `${aSlug()}@example.org`
  const page = await anOwnerAt((slug) => `organizations/${slug}`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Role', { exact: true }).selectOption('editor')
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByText(`The invitation is on its way to ${email}`).waitFor()
  await expectAccessibleEverywhere(page)

  const guest = await (await people.another()).newPage()
  const letter = await letterTo(server, email)
  await guest.goto(/http\S+\/console\/invitation#\S+/.exec(letter?.text ?? '')?.[0] ?? '')
  await guest.getByText(`${email} is asked to join`).waitFor()
  await expectAccessibleEverywhere(guest)
  await guest.getByLabel('Your name').fill('Ada Lovelace')
  await guest.getByRole('button', { name: `Accept as ${email}` }).click()
  await guest.getByRole('heading', { name: 'You are in' }).waitFor()
  expect(guest.url()).not.toContain('#')
  await expectAccessibleEverywhere(guest)

  await page.reload()
  await page.getByRole('button', { name: 'Hand over' }).click()
  await page.getByLabel('To').selectOption('Ada Lovelace')
  await page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await page.getByRole('heading', { name: 'Invite somebody' }).count()).toBe(0)
  await guest.goto(`${server.config.publicUrl}/console/`)
  await guest.getByText('You are an owner.').waitFor()
})

test('an owner who removes somebody is told first what happens, and works by the keyboard', async () => {
  const slug = aSlug()
  const other = await anOrganizer(server, { organization: slug, role: 'viewer' })
  const page = await anOwnerAt((organization) => `organizations/${organization}`, slug)
  const remove = page.getByRole('button', { name: `Remove ${other.email}` })
  await remove.focus()

  await page.keyboard.press('Enter')
  await page.getByText(`sees nothing of ${slug}`).waitFor()
  await expectAccessibleEverywhere(page)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await page.evaluate('document.activeElement.textContent')).toContain(other.email)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()

  await page.getByText(`${other.email} is no longer a member.`).waitFor()
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Members')
  expect((await other.call('GET', `organizations/${slug}`)).statusCode).toBe(404)
})

test('a role shows what it is until its change is confirmed, and a refusal is said where it happened', async () => {
  const slug = aSlug()
  const page = await anOwnerAt((organization) => `organizations/${organization}`, slug)
  const role = page.getByLabel(/^Role of/)

  await role.selectOption('viewer')
  expect(await role.inputValue()).toBe('owner')
  await page.getByRole('dialog').getByRole('button', { name: 'Make viewer' }).click()

  await page.getByRole('alert').getByText('An organization needs an owner.').waitFor()
})

test('a name that somebody else changed meanwhile is not overwritten, and what was typed stays', async () => {
  const slug = aSlug()
  const other = await anOrganizer(server, { organization: slug })
  const page = await anOwnerAt((organization) => `organizations/${organization}`, slug)
  const name = page.getByLabel('Name')
  await name.fill('My name for it')
  const { revision } = (await other.call('GET', `organizations/${slug}`)).json()
  await other.call('PATCH', `organizations/${slug}`, { name: 'Her name for it', revision })

  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Somebody else changed this meanwhile.').waitFor()
  expect(await name.inputValue()).toBe('My name for it')
  await page.getByRole('button', { name: 'Show what it says now' }).click()

  await expect.poll(() => name.inputValue()).toBe('Her name for it')
})

test('whoever has a link that is used up, or cut off, is told what to do', async () => {
  const page = await (await people.another()).newPage()

  await page.goto(`${server.config.publicUrl}/console/invitation#used-up`)
  await page.getByText('not good any more').waitFor()
  await expectAccessibleEverywhere(page)
  await page.goto('about:blank')
  await page.goto(`${server.config.publicUrl}/console/invitation`)

  await page.getByText('Copy all of it from the letter').waitFor()
  expect(await page.getByRole('button').count()).toBe(0)
})

test('the audit log of an organization is read on, and narrowed', async () => {
  const slug = aSlug()
  const campaign = await anOpenCampaign(server, { organization: { slug, name: 'Host' } })
  const owner = await anOrganizer(server, { organization: slug })
  for (let n = 0; n < 30; n += 1) {
    const email = `${n}@example.org`
    const { invitations } = (
      await owner.call('POST', `organizations/${slug}/invitations`, { email, role: 'viewer' })
    ).json() as { invitations: { id: number }[] }
    await owner.call('DELETE', `organizations/${slug}/invitations/${invitations[0]?.id}`)
  }
  const page = await anOwnerAt((organization) => `organizations/${organization}/audit`, slug)
  const entries = page.locator('main ol > li')
  await page.getByRole('button', { name: 'Show older' }).waitFor()
  await expectAccessibleEverywhere(page)

  await page.getByRole('button', { name: 'Show older' }).click()
  await expect.poll(() => entries.count()).toBe(60)
  await page.getByLabel('Show').selectOption('Invitations')

  await expect.poll(() => entries.count()).toBe(30)
  await page.goto(`${server.config.publicUrl}/console/campaigns/${campaign}/audit`)
  await page.getByText('Nothing was written down').waitFor()
  await expectAccessibleEverywhere(page)
})
