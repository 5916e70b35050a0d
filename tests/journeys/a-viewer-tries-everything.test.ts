import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { access } from '../../server/organizers/access.ts'
import { campaignPages } from '../../web/console/campaign-nav.ts'
import { anOpenCampaign, anOrganizer, campaignId, checksum, crowd } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers({ expected: /403/ })

/** What changes a drive or who runs it. Her own account is hers to change. */
const acts =
  /save|open it|close it|delete|remove|invite|hand over|register|exclude|undo|approve|decline|new campaign|make the draft|add /i

const paths = [
  '',
  'account',
  'organizations/mijente',
  'organizations/mijente/audit',
  ...campaignPages.filter(({ needs }) => needs === 'viewer').map(({ path }) => `campaigns/:campaign${path}`),
]

test.each(paths)('a viewer looks at /console/%s: nothing there is for her to change', async (path) => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  const page = await aViewersPage()

  await look(page, path.replace(':campaign', slug))

  expect(page.url()).toContain('/console/')
})

test('a viewer calls all that changes a drive, and changes nothing', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await server.work()
  const page = await aViewersPage()
  await page.goto(`${server.config.publicUrl}/console/`)
  const before = await everything(slug)

  const answers = await callAll(page, slug)

  expect(answers.length).toBeGreaterThan(30)
  expect(answers.filter(({ code }) => code !== 'role-too-low')).toEqual([])
  expect(await everything(slug)).toBe(before)
})

async function aViewersPage(): Promise<Page> {
  const viewer = await anOrganizer(server, { role: 'viewer' })
  return await (await signedIn(await people.another(), server, viewer)).newPage()
}

async function look(page: Page, path: string): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${server.config.publicUrl}/console/${path}`)
    await page.locator('main h1').waitFor()
    await vi.waitUntil(async () => (await page.getByText(/^(Looking|Counting)…$/).count()) === 0, 10_000)
    const buttons = await page.locator('main').getByRole('button', { disabled: false }).allTextContents()

    expect({ path, acts: path === 'account' ? [] : buttons.filter((name) => acts.test(name)) }).toEqual({
      path,
      acts: [],
    })
    await expectAccessible(page)
  }
}

/** Every call that needs more than a viewer, from a page of ours with her cookie. */
async function callAll(page: Page, slug: string): Promise<{ route: string; code: string }[]> {
  const routes = Object.entries(access).filter(([, { role }]) => role === 'editor' || role === 'owner')
  const answers: { route: string; code: string }[] = []
  for (const [route] of routes) {
    const [method = '', url = ''] = route.split(' ')
    const path = url.replace(':organization', 'mijente').replace(':campaign', slug).replaceAll(/:\w+/g, '1')
    const code = await page.evaluate(
      async ([method, path]) => {
        const answer = await fetch(path!, { method: method! })
        return ((await answer.json().catch(() => ({}))) as { code?: string }).code ?? String(answer.status)
      },
      [method, path],
    )
    answers.push({ route, code })
  }
  return answers
}

async function everything(slug: string): Promise<string> {
  const campaign = await server.deps.campaigns.byId(await campaignId(server, slug))
  return `${await checksum(server)} ${campaign?.state} ${campaign?.revision}`
}
