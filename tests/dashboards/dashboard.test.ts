import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Dashboard } from '../../server/dashboards/contract.ts'
import {
  aCampaignThatAsks,
  anOpenCampaign,
  anOrganizer,
  asSigner,
  campaignId,
  confirm,
  crowd,
  pledge,
  sign,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

/** The process remembers figures for seconds; another one has none yet. */
async function dashboardAs(organizer: { session: string }, slug: string): Promise<Dashboard> {
  const { app } = await server.another()
  const answer = await app.inject({
    url: `/api/v1/console/campaigns/${slug}/dashboard`,
    cookies: { organizer: organizer.session },
  })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

test('a host sees every campus exactly, however small', async () => {
  const slug = await anOpenCampaign(server, { goal: 100 })
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await crowd(server, slug, { campus: 'gsu.edu', people: 2 })
  await crowd(server, slug, { people: 3 })
  await sign(server, slug, { email: 'waits@example.org' })

  const shown = await dashboardAs(await anOrganizer(server, { role: 'viewer' }), slug)

  expect(shown).toMatchObject({ confirmed: 11, goal: 100, elsewhere: 3 })
  expect(shown.campuses).toMatchObject([
    { campus: 'gatech.edu', confirmed: 6, lastDay: 6, lat: expect.closeTo(33.8, 0) },
    { campus: 'gsu.edu', confirmed: 2, lastDay: 2 },
  ])
  expect(shown.host).toMatchObject({ pending: 1, created: 12 })
})

test('hours and days are there without a gap, and end now', async () => {
  const slug = await anOpenCampaign(server)
  const start = new Date('2026-03-01T10:20:00Z')
  server.clock.now = start
  await crowd(server, slug, { campus: 'gatech.edu', people: 2 })
  server.clock.now = new Date('2026-03-04T09:59:00Z')
  await crowd(server, slug, { campus: 'gatech.edu', people: 1 })
  const organizer = await anOrganizer(server)

  const { host } = await dashboardAs(organizer, slug)

  expect(host?.hours).toHaveLength(72)
  expect(host?.hours[0]).toEqual({ hour: '2026-03-01T10:00:00Z', created: 2, confirmed: 2 })
  expect(host?.hours.at(-1)).toEqual({ hour: '2026-03-04T09:00:00Z', created: 1, confirmed: 1 })
  expect(host?.days).toEqual([
    { day: '2026-03-01', created: 2, confirmed: 2 },
    { day: '2026-03-02', created: 0, confirmed: 0 },
    { day: '2026-03-03', created: 0, confirmed: 0 },
    { day: '2026-03-04', created: 1, confirmed: 1 },
  ])
  expect(host?.growth).toEqual([
    { day: '2026-03-01', confirmed: 2 },
    { day: '2026-03-02', confirmed: 2 },
    { day: '2026-03-03', confirmed: 2 },
    { day: '2026-03-04', confirmed: 3 },
  ])
  delete server.clock.now
})

test('growth has only what counts: who took her pledge back is in none of it', async () => {
  const slug = await anOpenCampaign(server)
  await pledge(server, slug)
  await crowd(server, slug, { people: 2 })
  await (
    await asSigner(server, slug)
  )('POST', '/withdrawal')

  const { host, confirmed } = await dashboardAs(await anOrganizer(server), slug)

  expect(confirmed).toBe(2)
  expect(host?.growth.at(-1)?.confirmed).toBe(2)
  expect(host?.days.at(-1)?.confirmed).toBe(3)
})

test('a host sees how often each answer was given and each clause promised, and no answer moves when a pledge goes', async () => {
  const { slug, clauses, questions } = await aCampaignThatAsks(server)
  const answers = [{ question: questions[0], option: 2 }]
  for (const email of ['ada@example.edu', 'bob@example.edu']) {
    await sign(server, slug, { email, clauses: [clauses[0]], answers })
    await confirm(server, slug, email)
  }
  await (
    await asSigner(server, slug)
  )('POST', '/withdrawal')

  const { host } = await dashboardAs(await anOrganizer(server), slug)

  expect(host?.answers).toHaveLength(2)
  expect(host?.answers[0]?.options.map(({ confirmed }) => confirmed).slice(0, 2)).toEqual([0, 2])
  expect(host?.clauses.map(({ confirmed }) => confirmed)).toEqual([1, 0])
})

test('a campaign that nobody signed has a dashboard of noughts', async () => {
  const slug = await anOpenCampaign(server, { state: 'draft' })

  const shown = await dashboardAs(await anOrganizer(server), slug)

  expect(shown).toMatchObject({ confirmed: 0, campuses: [], elsewhere: 0 })
  expect(shown.host).toMatchObject({
    pending: 0,
    created: 0,
    days: [],
    growth: [],
    mail: { told: 'refusals', sent: 0, bounced: 0 },
  })
})

test('a partner sees what everybody sees: no small campus, no hour, no letter', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 6 })
  await crowd(server, slug, { campus: 'gsu.edu', people: 2 })
  const partner = await anOrganizer(server, { organization: 'glahr' })
  await server.deps.db.execute(sql`
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    select ${await campaignId(server, slug)}, id, now() from organizations where slug = 'glahr'`)

  const shown = await dashboardAs(partner, slug)

  expect(shown).toMatchObject({ confirmed: 6, elsewhere: 0 })
  expect(shown.campuses.map(({ campus }) => campus)).toEqual(['gatech.edu'])
  expect(shown.campuses[0]).not.toHaveProperty('lastDay')
  expect(shown).not.toHaveProperty('host')
})
