import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  anOpenCampaign,
  asSigner,
  campaignId,
  codeFor,
  letterTo,
  sign,
  tokenFor,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { publishLeaderboard } from '../../server/leaderboards/publishing.ts'
import { reached } from './reached.ts'

const server = estamos()
const HIDDEN = 'reed.edu'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

test('B4: nothing that a signer of a hidden campus is answered tells whether she is the first there or the third', async () => {
  const answers = []
  // Two sign here besides, so that a campus of five is never reached.
  for (const others of [0, 2]) answers.push(await journey(others))

  const [first = [], ...rest] = answers
  expect(first.length).toBeGreaterThan(20)
  for (const other of rest) expect(other).toEqual(first)
  reached(
    'B4',
    `${first.length} answers, pages and letters of a signer: the same with nobody and with two others at her campus`,
  )
})

/** All that somebody is answered who signs, confirms and looks around, at a campus where so many others did. */
async function journey(others: number): Promise<string[]> {
  const slug = await anOpenCampaign(server)
  await count(slug, { 'gatech.edu': 7, [HIDDEN]: others })
  const [email, byCode] = [`ada@${HIDDEN}`, `bo@${HIDDEN}`]
  const seen: string[] = []
  const see = (answer: { statusCode: number; body: string; headers: object }) => {
    seen.push(scrubbed(`${answer.statusCode} ${JSON.stringify(answer.headers)} ${answer.body}`, slug))
    return answer
  }
  const get = async (url: string) => see(await server.app.inject(url))
  const post = async (url: string, fields: Record<string, string> = {}) =>
    see(
      await server.app.inject({
        method: 'POST',
        url,
        headers: FORM,
        payload: new URLSearchParams(fields).toString(),
      }),
    )

  const signed = await sign(server, slug, { email, name: 'Ada', display: true, updates: true })
  see(signed)
  await get(`/api/v1/receipts/${signed.json().receipt}`)
  const letter = await letterTo(server, email)
  seen.push(scrubbed(JSON.stringify(letter), slug))
  const token = tokenIn(letter?.text ?? '', 'confirm')
  await get(`/confirm/${token}`)
  await post(`/confirm/${token}`)
  see(await server.app.inject({ method: 'POST', url: '/api/v1/confirmations', payload: { token } }))
  see(await sign(server, slug, { email }))
  seen.push(scrubbed(JSON.stringify(await letterTo(server, email)), slug))

  for (const base of ['/c', '/embed']) {
    await post(`${base}/${slug}/pledges`, { email: byCode })
    await post(`${base}/${slug}/confirmations`, { email: byCode, code: await codeFor(server, slug, byCode) })
    for (const path of ['', `/${HIDDEN}`, '?view=leaderboard', '?view=counter'])
      await get(`${base}/${slug}${path}`)
  }
  const her = await asSigner(server, slug, email)
  see(await her('GET'))
  see(await her('PATCH', '', { display: false }))
  const cookies = { 'my-pledge': await tokenFor(server, slug, { email, purpose: 'session' }) }
  see(await server.app.inject({ url: '/my-pledge', cookies }))
  await get(`/api/v1/campaigns/${slug}`)
  await get(`/api/v1/campaigns/${slug}/leaderboard`)
  await get(`/api/v1/campaigns/${slug}/campuses/${HIDDEN}`)
  await get(`/oembed?url=${encodeURIComponent(`${server.config.publicUrl}/c/${slug}/${HIDDEN}`)}`)
  see(await her('POST', '/withdrawal'))
  return seen
}

/** As so many confirmations would leave the tallies, and published. */
async function count(slug: string, campuses: Record<string, number>): Promise<void> {
  const id = await campaignId(server, slug)
  await server.deps.db.execute(sql`
    insert into tallies (campaign_id, campus_id, confirmed)
    select ${id}, campuses.id, value::int from json_each_text(${JSON.stringify(campuses)}::json)
    join campuses on domain = key where value::int > 0`)
  const { leaderboard } = await publishLeaderboard(server.deps.db, id, server.deps.now())
  await expect
    .poll(async () => (await server.deps.leaderboards.of(id)).leaderboard.version, { timeout: 10_000 })
    .toBe(leaderboard.version)
}

/** Without what differs by chance: names of the drive, receipts, links, codes, nonces, times and lengths. */
function scrubbed(text: string, slug: string): string {
  return text
    .replaceAll(slug, 'drive')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'receipt')
    .replace(/[\w-]{40,}/g, 'token')
    .replace(/\b\d{3} ?\d{3}\b/g, 'code')
    .replace(/nonce(-|=\\?")[\w+/=-]+/g, 'nonce')
    .replace(/"(date|etag|content-length|id|at|sentAt|age)":("(\\.|[^"\\])*"|\d+)/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replace(/"version\\?":\d+/g, 'version')
}
