import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requestLimits } from '../../server/limits/classes.ts'
import { access } from '../../server/organizers/access.ts'
import { anOpenCampaign, pledgesOf, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const { most } = requestLimits.nothing.address
let slug: string
let network = 0
/** An address that no other test uses. */
let here: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})
beforeEach(() => {
  server.clock.now = new Date('2026-11-26T12:00:10Z')
  network += 1
  here = `203.0.113.${network}`
})

describe('an address that asks too often', () => {
  beforeEach(async () => {
    await Promise.all(times(most, () => get('/nothing/here')))
  })

  test('is refused until the minute is over, whatever else it looks for where there is nothing', async () => {
    const tooMany = await get('/something/else')
    server.clock.now = new Date('2026-11-26T12:01:00Z')
    const later = await get('/something/else')

    expect(tooMany.statusCode).toBe(429)
    expect(tooMany.json()).toMatchObject({ code: 'too-many-requests', status: 429 })
    expect(tooMany.headers).toMatchObject({ 'retry-after': '50', 'cache-control': 'no-store' })
    expect(later.statusCode).toBe(404)
  })

  test('keeps nobody out who has another', async () => {
    const other = await get('/nothing/here', { from: '198.51.100.7' })

    expect(other.statusCode).toBe(404)
  })

  test('may still sign, and look at pages', async () => {
    const page = await get(`/c/${slug}`)
    const signed = await post(`/api/v1/campaigns/${slug}/pledges`, { email: `${network}@example.edu` })

    expect([page.statusCode, signed.statusCode]).toEqual([200, 202])
  })

  test('is told so in words, in the language of whoever looks', async () => {
    const [english, spanish] = await Promise.all(
      ['en', 'es'].map((language) =>
        get('/c/no-such/page/here', { accept: 'text/html', 'accept-language': language }),
      ),
    )

    expect([english?.statusCode, spanish?.statusCode]).toEqual([429, 429])
    expect(english?.body).toContain('Wait a moment, then try again.')
    expect(spanish?.body).toContain('Espera un momento e intenta de nuevo.')
  })
})

test('an address that loads too many pages waits, and its figures go on', async () => {
  const { most: mostPages } = requestLimits.page.address
  await Promise.all(times(mostPages, () => get(`/c/${slug}/my-pledge-links`)))

  const [page, document, figures] = await Promise.all(
    [`/c/${slug}`, '/api/openapi.json', `/api/v1/campaigns/${slug}/leaderboard`].map((url) => get(url)),
  )

  expect([page?.statusCode, document?.statusCode, figures?.statusCode]).toEqual([429, 429, 200])
})

test('the OpenAPI document may be kept for an hour by caches, and is the same each time', async () => {
  const [first, second] = [await get('/api/openapi.json'), await get('/api/openapi.json')]

  expect(first.headers['cache-control']).toBe('public, max-age=3600')
  expect(first.json().openapi).toBe('3.1.0')
  expect(second.body).toBe(first.body)
})

test('of an IPv6 line every address counts, and a server that listens for both sees one IPv4 address', async () => {
  await Promise.all(times(most, (n) => get('/nothing', { from: `2001:db8:1:2::${n.toString(16)}` })))
  await Promise.all(times(most, () => get('/nothing', { from: '::ffff:192.0.2.1' })))

  const [six, otherSix, four, otherFour] = await Promise.all(
    ['2001:db8:1:2:ffff::1', '2001:db8:1:3::1', '192.0.2.1', '::ffff:192.0.2.2'].map((from) =>
      get('/nothing', { from }),
    ),
  )

  expect([six?.statusCode, otherSix?.statusCode]).toEqual([429, 404])
  expect([four?.statusCode, otherFour?.statusCode]).toEqual([429, 404])
})

describe('whoever signs', () => {
  test('is never refused for her mailbox: signing a hundred times looks like the first', async () => {
    const answers = await Promise.all(
      times(100, () => post(`/api/v1/campaigns/${slug}/pledges`, { email: 'often@example.edu' })),
    )

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
    expect((await pledgesOf(server, slug)).length).toBeGreaterThan(0)
  })
})

test('no stranger calls the console as often as an organizer may', () => {
  const strangers = Object.values(access).filter(({ role }) => role === 'nobody')

  expect(strangers.length).toBeGreaterThan(8)
  expect(strangers.filter(({ limit }) => limit === 'console')).toEqual([])
})

interface Asking extends Record<string, string> {
  from: string
}

async function get(url: string, { from = here, ...headers }: Partial<Asking> = {}) {
  return await server.app.inject({ url, remoteAddress: from, headers: headers as Record<string, string> })
}

async function post(url: string, payload: object) {
  return await server.app.inject({ method: 'POST', url, remoteAddress: here, payload })
}
