import { expect, test } from 'vitest'
import { anOpenCampaign, confirm, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('the leaderboard may be kept by everybody for a second, and has an ETag', async () => {
  const slug = await anOpenCampaign(server, { goal: 500 })

  const answer = await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)

  expect(answer.headers['cache-control']).toBe('public, max-age=1, stale-while-revalidate=30')
  expect(answer.headers.etag).toMatch(/^"[\w-]{22}"$/)
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(answer.headers).not.toHaveProperty('set-cookie')
  expect(answer.json()).toMatchObject({ version: 1, confirmed: 0, goal: 500, campuses: [] })
})

test.each([
  ['the tag itself', (etag: string) => etag],
  ['the tag as a proxy that compresses writes it', (etag: string) => `W/${etag}`],
  ['the tag in a list', (etag: string) => `"other", ${etag}`],
])('unchanged is a 304 without a body: %s', async (_, spelled) => {
  const slug = await anOpenCampaign(server)
  const etag = String((await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).headers.etag)

  const answer = await server.app.inject({
    url: `/api/v1/campaigns/${slug}/leaderboard`,
    headers: { 'if-none-match': spelled(etag) },
  })

  expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([304, '', etag])
})

test('a change has another ETag and another version', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2 })
  const path = `/api/v1/campaigns/${slug}/leaderboard`
  const before = await server.app.inject(path)
  for (const email of ['ada@gatech.edu', 'bea@gatech.edu']) {
    await sign(server, slug, { email })
    await confirm(server, slug, email)
  }
  await expect.poll(async () => (await server.app.inject(path)).json().confirmed).toBe(2)

  const after = await server.app.inject({
    url: path,
    headers: { 'if-none-match': String(before.headers.etag) },
  })

  expect(after.statusCode).toBe(200)
  expect(after.headers.etag).not.toBe(before.headers.etag)
  expect(after.json().version).toBeGreaterThan(before.json().version)
})

test('a process that was never asked before shows what another has published', async () => {
  const slug = await anOpenCampaign(server)
  const path = `/api/v1/campaigns/${slug}/leaderboard`
  const here = await server.app.inject(path)

  const there = await (await server.another()).app.inject(path)

  expect(here.json().version).toBe(1)
  expect([there.body, there.headers.etag]).toEqual([here.body, here.headers.etag])
})
