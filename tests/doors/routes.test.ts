import { randomBytes } from 'node:crypto'
import Fastify, { type RouteOptions } from 'fastify'
import { Type } from 'typebox'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { App } from '../../server/app.ts'
import { asksAboutSomebody, cacheControl, doorOf, doors, requireDoors } from '../../server/doors.ts'
import { access } from '../../server/organizers/access.ts'
import { anOpenCampaign, anOrganizer, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { routesOf } from './routes.ts'

const key =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=='
const server = estamos({ env: () => ({ SENDGRID_WEBHOOK_KEY: key }) })
const rows = [...Object.keys(doors), ...Object.keys(access)].map((route) => {
  const [method = '', url = ''] = route.split(' ')
  return { route, method: method as 'GET', url, door: doorOf(method, url) }
})
let slug: string
/** The cookies of somebody who may do everything. */
let cookie: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  const { session } = await anOrganizer(server)
  cookie = `organizer=${session}; my-pledge=${await tokenFor(server, slug, { purpose: 'session' })}`
})

test('every row has its route, and every route its row', () => {
  const missing = rows.filter(({ method, url }) => !server.app.hasRoute({ method, url }))

  expect(missing).toEqual([])
  expect(routesOf(server.app).length).toBeGreaterThan(100)
  expect(routesOf(server.app).filter((route) => !rows.some((row) => row.route === route))).toEqual([])
})

describe('a route does not start', () => {
  const whole: Partial<RouteOptions> = {
    schema: { params: Type.Object({}), response: { 200: Type.Object({}) } },
  }

  test.each([
    ['without a row', '/api/v1/forgotten', whole, /has no row in doors.ts/],
    ['of the console without a row', '/api/v1/console/forgotten', whole, /has no row in organizers/],
    ['without a schema of its path', '/c/:slug', { schema: {} }, /has no schema of its path/],
    ['without a schema of its answer', '/api/v1/my-pledge', { schema: {} }, /has no schema of its answer/],
  ])('%s', (_, url, options, why) => {
    const app = Fastify() as unknown as App
    requireDoors(app)

    expect(() => app.get(url, options, async () => 'open to all')).toThrow(why)
  })
})

test('a route does not start whose row says nothing of how often it may be called', () => {
  const route = 'GET /api/v1/campaigns/:slug'
  const { limit, ...unlimited } = doors[route]!
  doors[route] = unlimited as (typeof doors)[string]
  onTestFinished(() => void (doors[route] = { ...unlimited, limit }))
  const app = Fastify() as unknown as App
  requireDoors(app)

  expect(() => app.get('/api/v1/campaigns/:slug', {}, async () => 'as often as you like')).toThrow(
    /has no limit/,
  )
})

test('whatever makes a pledge, or has a letter written to whoever is named, asks for a captcha', () => {
  const asking = rows.filter(({ door }) => door.captcha === 'asked').map(({ route }) => route)

  expect(asking.sort()).toEqual(
    [
      'POST /api/v1/campaigns/:slug/pledges',
      'POST /api/v1/console/sign-in-links',
      'POST /api/v1/my-pledge-links',
      'POST /c/:slug/:domain/chapter-requests',
      'POST /c/:slug/my-pledge-links',
      'POST /c/:slug/pledges',
      'POST /embed/:slug/pledges',
    ].sort(),
  )
})

test('whatever takes an address that anybody may type keeps an even time', () => {
  const even = rows.filter(({ door }) => asksAboutSomebody(door)).map(({ route }) => route)

  expect(even.sort()).toEqual(
    [
      'POST /api/v1/campaigns/:slug/pledges',
      'POST /api/v1/confirmations',
      'POST /api/v1/console/sign-in-links',
      'POST /api/v1/my-pledge-links',
      'POST /c/:slug/:domain/chapter-requests',
      'POST /c/:slug/confirmations',
      'POST /c/:slug/my-pledge-links',
      'POST /c/:slug/pledges',
      'POST /embed/:slug/confirmations',
      'POST /embed/:slug/pledges',
    ].sort(),
  )
})

describe.each(rows)('$route', ({ method, url, door }) => {
  test('is kept only as its row says, and by nobody where it goes wrong or sets a cookie', async () => {
    const { statusCode, headers } = await call(method, url)

    const isKept = statusCode < 400
    expect(headers['cache-control']).toBe(cacheControl[isKept ? door.cache : 'never'])
    expect(Boolean(headers['set-cookie']) && headers['cache-control'] !== cacheControl.never).toBe(false)
  })

  test('starts from what is denied to all', async () => {
    const { headers } = await call(method, url)

    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': door.readBy ? 'cross-origin' : 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(headers['access-control-allow-origin']).toBe(door.readBy && '*')
    expect(headers['access-control-expose-headers']).toBe(door.readBy && 'ETag, Retry-After')
  })
})

const cookies = rows.filter(
  ({ method, door }) => ['signer', 'organizer'].includes(door.for) && method !== 'GET',
)

describe.each(cookies)('$route', ({ method, url }) => {
  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another server of our site', { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', { origin: 'https://evil.example' }],
    ['an origin that begins like ours', { origin: 'http://localhost.evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('does nothing for %s', async (_, headers) => {
    const answer = await call(method, url, { ...headers, cookie })

    expect([answer.statusCode, answer.body]).toEqual([403, expect.stringContaining('cross-origin')])
  })
})

const personal = rows.filter(({ method, door }) => ['link', 'signer'].includes(door.for) && method === 'GET')

describe.each(personal)('$route', ({ method, url }) => {
  test.each(['iframe', 'frame', 'embed', 'object', 'fencedframe'])(
    'is not loaded for an %s',
    async (place) => {
      const framed = await call(method, url, { 'sec-fetch-dest': place })
      const whole = await call(method, url, { 'sec-fetch-dest': 'document' })

      expect(framed.statusCode).toBe(403)
      expect(whole.statusCode).not.toBe(403)
    },
  )
})

const calls = rows.filter(
  ({ method, url }) => method === 'GET' && url.startsWith('/api/v1/') && !url.endsWith('/live'),
)

describe.each(calls.filter(({ door }) => door.for === 'anybody'))('$route', ({ method, url }) => {
  test('refuses a query that it does not know, since a cache would keep one answer for each', async () => {
    const answer = await call(method, url, {}, `?q=georgia&made-up=${randomBytes(4).toString('hex')}`)

    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
  })
})

async function call(method: 'GET', url: string, headers: Record<string, string> = {}, query = '') {
  const answer = await server.app.inject({
    method,
    url: `${filledIn(url)}${query}`,
    headers: { accept: 'application/json', ...headers },
    payloadAsStream: true,
    ...(method !== 'GET' && { payload: {} }),
  })
  const isStream = answer.headers['content-type']?.toString().startsWith('text/event-stream')
  const body = isStream ? '' : await new Response(answer.stream() as never).text()
  answer.stream().destroy()
  return { statusCode: answer.statusCode, headers: answer.headers, body, json: () => JSON.parse(body) }
}

/** The address of something that is there, as far as that can be without changing it. */
function filledIn(url: string): string {
  const there: Record<string, string> = {
    slug,
    campaign: slug,
    organization: 'mijente',
    domain: 'gatech.edu',
  }
  const query = /^\/api\/v1\/(campaigns\/:slug\/)?campuses$/.test(url) ? '?q=georgia' : ''
  return url.replace(/:(\w+)/g, (_, name: string) => there[name] ?? '999999').replace('*', 'console') + query
}
