import { once } from 'node:events'
import { request } from 'node:http'
import Fastify from 'fastify'
import { beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../server/app.ts'
import { evenTimes } from '../../server/even-times.ts'
import { anOpenCampaign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos({ isUp: true })
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

/** Ten milliseconds, but for what timers are rounded by. */
const AT_LEAST_MS = 9
const email = 'ada@gatech.edu'
const wrong = { email, code: '000000' }

describe('an answer about an address keeps its time', () => {
  test.each([
    ['signing', () => post(`/api/v1/campaigns/${slug}/pledges`, { email })],
    ['asking for a link', () => post('/api/v1/my-pledge-links', { campaign: slug, email })],
    ['a try at a code', () => post('/api/v1/confirmations', { campaign: slug, ...wrong })],
    ['an organizer who asks for a link', () => post('/api/v1/console/sign-in-links', { email })],
    ['signing on the page', () => form(`/c/${slug}/pledges`, { email })],
    ['signing in a frame', () => form(`/embed/${slug}/pledges`, { email })],
    ['a code on the page', () => form(`/c/${slug}/confirmations`, wrong)],
    ['a code in a frame', () => form(`/embed/${slug}/confirmations`, wrong)],
    ['asking for a link on the page', () => form(`/c/${slug}/my-pledge-links`, { email })],
    ['asking to lead', () => form(`/c/${slug}/gatech.edu/chapter-requests`, { email, name: 'Ada' })],
  ])('%s', async (_, ask) => {
    const from = performance.now()

    const answer = await ask()

    expect(performance.now() - from).toBeGreaterThanOrEqual(AT_LEAST_MS)
    expect([202, 422]).toContain(answer.statusCode)
  })

  test('though the body came long after the headers', async () => {
    const body = JSON.stringify({ email })
    const asking = request({
      port: server.config.port,
      path: `/api/v1/campaigns/${slug}/pledges`,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    })
    const answered = once(asking, 'response')
    asking.flushHeaders()
    const begun = performance.now()
    while (performance.now() - begun < 3 * AT_LEAST_MS)
      await fetch(`http://localhost:${server.config.port}/api/health`)

    const from = performance.now()
    asking.end(body)
    const [answer] = await answered
    answer.resume()

    expect(performance.now() - from).toBeGreaterThanOrEqual(AT_LEAST_MS)
    expect(answer.statusCode).toBe(202)
  })
})

test('in a rush answers wait half as long', async () => {
  const app = Fastify() as unknown as App
  const route = { method: 'POST' as const, url: '/', handler: async () => 'answered' }
  evenTimes(app)(route)
  app.route(route)
  await app.ready()

  const order: number[] = []
  await Promise.all(
    times(17, async (n) => {
      await app.inject({ method: 'POST', url: '/' })
      order.push(n)
    }),
  )

  expect(order).toEqual([16, ...times(16, (n) => n)])
})

function post(url: string, payload: object) {
  return server.app.inject({ method: 'POST', url, payload })
}

function form(url: string, fields: Record<string, string>) {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}
