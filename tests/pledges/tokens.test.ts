import { afterEach, describe, expect, test } from 'vitest'
import type { TokenPurpose } from '../../server/pledges/token.ts'
import {
  anOpenCampaign,
  checksum,
  confirmByToken,
  letterTo,
  rowOf,
  seeded,
  serverAt,
  sign,
  times,
  tokenFor,
  tokenIn,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

afterEach(() => delete server.clock.now)

const DAY = 24 * 3600 * 1000

/** Every way in that takes a token, with the purpose that opens it. */
const doors: Record<string, { opens: TokenPurpose; knock: (token: string) => Promise<Answer> }> = {
  'POST /api/v1/confirmations': { opens: 'confirm', knock: (token) => confirmByToken(server, token) },
  'POST /confirm/{token}': {
    opens: 'confirm',
    knock: (token) => server.app.inject({ method: 'POST', url: `/confirm/${token}` }),
  },
  'POST /api/v1/my-pledge-sessions': {
    opens: 'my-pledge',
    knock: (token) =>
      server.app.inject({ method: 'POST', url: '/api/v1/my-pledge-sessions', payload: { token } }),
  },
  'POST /my-pledge/{token}': {
    opens: 'my-pledge',
    knock: (token) => server.app.inject({ method: 'POST', url: `/my-pledge/${token}` }),
  },
  'GET /api/v1/my-pledge': {
    opens: 'session',
    knock: (token) => server.app.inject({ url: '/api/v1/my-pledge', cookies: { 'my-pledge': token } }),
  },
  'POST /api/v1/my-pledge/withdrawal': {
    opens: 'session',
    knock: (token) =>
      server.app.inject({
        method: 'POST',
        url: '/api/v1/my-pledge/withdrawal',
        cookies: { 'my-pledge': token },
      }),
  },
  'DELETE /api/v1/my-pledge': {
    opens: 'session',
    knock: (token) =>
      server.app.inject({ method: 'DELETE', url: '/api/v1/my-pledge', cookies: { 'my-pledge': token } }),
  },
}
type Answer = Awaited<ReturnType<typeof confirmByToken>>

describe.each(Object.entries(doors))('%s', (_, { opens, knock }) => {
  test.each(['confirm', 'my-pledge', 'session'] as const)('with a token of purpose "%s"', async (purpose) => {
    const slug = await anOpenCampaign(server)
    await sign(server, slug)
    if (opens === 'session')
      await confirmByToken(server, await tokenFor(server, slug, { purpose: 'confirm' }))
    const token = await tokenFor(server, slug, { purpose })
    const before = await checksum(server)

    const answer = await knock(token)

    const isOpened = answer.statusCode < 400
    const isUntouched = (await checksum(server)) === before
    expect(isOpened).toBe(purpose === opens)
    expect(isOpened || (isUntouched && [400, 401].includes(answer.statusCode))).toBe(true)
  })
})

describe('a link expires', () => {
  test.each([
    ['confirm', 7 * DAY, 410, 'token-expired'],
    ['my-pledge', DAY, 410, 'token-expired'],
    ['session', 15 * 60_000, 401, 'not-signed-in'],
  ] as const)(
    '"%s": good in its last second, and a second later not',
    async (purpose, lifetime, status, code) => {
      const slug = await anOpenCampaign(server)
      server.clock.now = new Date('2026-03-01T10:00:00Z')
      await sign(server, slug)
      const token = await tokenFor(server, slug, { purpose })
      const door = Object.values(doors).find(({ opens }) => opens === purpose)!

      server.clock.now = new Date(Date.parse('2026-03-01T10:00:01Z') + lifetime)
      const late = await door.knock(token)
      server.clock.now = new Date(Date.parse('2026-03-01T10:00:00Z') + lifetime)
      const inTime = await door.knock(token)

      expect([late.statusCode, late.json().code]).toEqual([status, code])
      expect(inTime.statusCode).toBeLessThan(300)
    },
  )
})

test('whatever bit is flipped, wherever it is cut, a token is refused and nothing happens', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const bytes = Buffer.from(await tokenFor(server, slug, { purpose: 'confirm' }), 'base64url')
  const random = seeded(11)
  const flipped = times(bytes.length, (at) => {
    const other = Buffer.from(bytes)
    other[at]! ^= 1 << Math.floor(random() * 8)
    return other.toString('base64url')
  })
  const cut = [1, 16, 50, 101].map((length) => bytes.subarray(0, length).toString('base64url'))
  const longer = [Buffer.concat([bytes, Buffer.of(0)]), Buffer.concat([bytes, bytes])].map((other) =>
    other.toString('base64url'),
  )

  const answers = await Promise.all(
    [...flipped, ...cut, ...longer, 'null', '....'].map((token) => confirmByToken(server, token)),
  )

  expect(new Set(answers.map((answer) => `${answer.statusCode} ${answer.json().code}`))).toEqual(
    new Set(['400 token-invalid']),
  )
  expect(await rowOf(server, slug)).toMatchObject({ state: 'pending' })
})

test('a token of another deployment opens nothing here', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const elsewhere = await serverAt(server, 'https://other.example.org')
  const token = await tokenFor(elsewhere, slug, { purpose: 'confirm' })

  const here = await confirmByToken(server, token)
  const there = await confirmByToken(elsewhere, token)

  expect([here.statusCode, here.json().code]).toEqual([400, 'token-invalid'])
  expect(there.statusCode).toBe(200)
})

test('a token from the future is refused, and one from a clock a minute ahead is not', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const now = Date.now()
  const issuedIn = async (ms: number) => {
    server.clock.now = new Date(now + ms)
    return await tokenFor(server, slug, { purpose: 'confirm' })
  }
  const [early, skewed] = [await issuedIn(3_600_000), await issuedIn(60_000)]
  server.clock.now = new Date(now)

  const answers = [await confirmByToken(server, early), await confirmByToken(server, skewed)]

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 200])
})

test('the links in an email stand at PUBLIC_URL, whatever Host or X-Forwarded-Host said', async () => {
  const slug = await anOpenCampaign(server)
  await server.app.inject({
    method: 'POST',
    url: `/api/v1/campaigns/${slug}/pledges`,
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
    payload: { email: 'ada@example.edu' },
  })

  const letter = await letterTo(server, 'ada@example.edu')

  expect(letter?.text).toContain(
    `${server.config.publicUrl}/confirm/${tokenIn(letter?.text ?? '', 'confirm')}`,
  )
  expect(JSON.stringify(letter)).not.toContain('evil.example')
})
