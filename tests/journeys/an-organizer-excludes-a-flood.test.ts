import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { tasks } from '../../server/jobs.ts'
import { anOpenCampaign, anOrganizer, tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aCrowdOf, sums, watching } from '../exclusions/flood.ts'
import { browsers } from './browsers.ts'
import { expectAccessible, signedIn } from './console.ts'

const server = estamos({ isUp: true })
const people = browsers({ expected: /status of 422/ })

test('an organizer sees a flood of 5,000 among 20,000, takes it out and takes that back; tallies equal rows before, during, after', async () => {
  const slug = await aFloodedDrive()
  const page = await openPledges(slug, 'editor')
  const before = await sums(server, slug)

  await page.getByText('came from mail.com').waitFor()
  await page.getByRole('button', { name: 'Look at these' }).first().click()
  await page.getByRole('heading', { name: '5,000 pledges' }).waitFor()
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('heading', { name: '5,000 pledges would be taken out' }).waitFor()
  await page.getByRole('row', { name: 'Georgia Institute of Technology 5,000 4,990 9,000' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Take out 5,000 pledges…' }).click()
  await page.getByLabel('Why').fill('Opened within ten minutes')
  await expectAccessible(page)
  const watched = watching(server, slug)
  await page.getByRole('button', { name: 'Take out', exact: true }).click()
  const card = page.getByRole('listitem').filter({ hasText: 'part of a burst' })
  await card.getByText('5,000 pledges taken out.').waitFor()
  await page.getByRole('cell', { name: 'excluded' }).first().waitFor()
  const during = await sums(server, slug)
  await card.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await card.getByText('Undone: 5,000 pledges given back.').waitFor()
  const seen = await watched.end()

  expect([before, during, await sums(server, slug)]).toEqual([
    { tallies: 19_990, rows: 19_990 },
    { tallies: 15_000, rows: 15_000 },
    { tallies: 19_990, rows: 19_990 },
  ])
  expect(seen.filter(({ tallies, rows }) => tallies !== rows)).toEqual([])
  expect(await tallyDifferences(server)).toEqual([])
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 900 })
  await expectAccessible(page)
})

test('on her phone an organizer finds what is held by itself, with reasons and figures, and decides', async () => {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, {
    people: 300,
    domain: 'gatech.edu',
    at: new Date(Date.now() - 2 * 3_600_000),
  })
  const flooding = { domain: 'union-of-bakers.example', minutes: 8 }
  await aCrowdOf(server, slug, { ...flooding, people: 60 })
  await aCrowdOf(server, slug, { ...flooding, people: 2, state: 'pending' })
  await aCrowdOf(server, slug, { people: 4, domain: 'away.example', signals: ['disposable-domain'] })
  await tasks(server.deps)['name-mail-domains']?.({}, {} as never)
  await tasks(server.deps)['notice-fakes']?.({}, {} as never)
  const page = await openPledges(slug, 'editor')
  await page.setViewportSize({ width: 360, height: 740 })

  await page.getByText('66 pledges look like fakes and are not counted until you decide').waitFor()
  await page.getByRole('button', { name: 'Decide' }).click()
  const flood = page.getByRole('listitem').filter({ hasText: 'A flood from union-of-bakers.example' })
  const thrownAway = page.getByRole('listitem').filter({ hasText: 'Throw-away mailboxes' })
  await flood.getByText('60 of the 64 pledges of the 10 minutes; before, 0 of 300').waitFor()
  await flood.getByText('62 pledges not counted until you decide').waitFor()
  await expectAccessible(page)
  await thrownAway.getByRole('button', { name: 'Leave them out' }).click()
  await thrownAway.getByText('4 pledges taken out.').waitFor()
  await flood.getByRole('button', { name: 'Count them' }).click()
  await page.getByText('Nothing is held for this reason any more.').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Count them', exact: true }).click()
  await flood.getByText('Undone: 62 pledges given back.').waitFor()

  await page.getByText('look like fakes and are not counted').waitFor({ state: 'detached' })
  expect(await sums(server, slug)).toEqual({ tallies: 360, rows: 360 })
  await expectAccessible(page)
})

test('a viewer finds pledges and sees what was taken out, and has no button to do it', async () => {
  const slug = await anOpenCampaign(server)
  await aCrowdOf(server, slug, { people: 30, domain: 'gatech.edu', source: 'ydsa-gt' })
  await aCrowdOf(server, slug, {
    people: 6,
    domain: 'mail.example',
    source: 'poster',
    signals: ['random-name'],
  })
  const page = await openPledges(slug, 'viewer')
  await page.getByRole('heading', { name: '36 pledges' }).waitFor()
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => page.getByRole('region', { name: 'Pledges' }).getByRole('row').count()).toBe(37)

  await page.getByLabel('Mail domain').fill('lovelace.example')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('Fewer than 10 confirmed mailboxes match').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByLabel('Signal').selectOption('address that looks random')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('heading', { name: '6 pledges' }).waitFor()

  await page.getByText('Nothing was ever taken out of this drive.').waitFor()
  expect(await page.getByRole('button', { name: /Preview|Take out|Undo/ }).count()).toBe(0)
  await expectAccessible(page)
})

/** Twelve quiet days, and ten minutes in which somebody floods one campus, from where everybody may have a mailbox. */
async function aFloodedDrive(): Promise<string> {
  const slug = await anOpenCampaign(server)
  const longAgo = { at: new Date(Date.now() - 2 * 3_600_000), minutes: 12 * 24 * 60 }
  await aCrowdOf(server, slug, { ...longAgo, people: 9_000, domain: 'gatech.edu', source: 'ydsa-gt' })
  await aCrowdOf(server, slug, {
    ...longAgo,
    people: 6_000,
    domain: 'gmail.com',
    campus: 'mit.edu',
    source: 'poster',
  })
  const flood = { domain: 'mail.com', campus: 'gatech.edu', minutes: 9 }
  await aCrowdOf(server, slug, { ...flood, people: 4_990 })
  await aCrowdOf(server, slug, { ...flood, people: 10, state: 'pending' })
  await tasks(server.deps)['name-mail-domains']?.({}, {} as never)
  await tasks(server.deps)['notice-fakes']?.({}, {} as never)
  return slug
}

async function openPledges(slug: string, role: 'editor' | 'viewer'): Promise<Page> {
  const context = await signedIn(await people.another(), server, await anOrganizer(server, { role }))
  const page = await context.newPage()
  await page.goto(`${server.config.publicUrl}/console/campaigns/${slug}/pledges`)
  return page
}
