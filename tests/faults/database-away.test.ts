import { describe, expect, test } from 'vitest'
import {
  anOpenCampaign,
  asSigner,
  checksum,
  confirm,
  confirmByToken,
  pledgesOf,
  sign,
  tallyDifferences,
  times,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { behindAProxy } from './behind-a-proxy.ts'

const server = estamos()

test('while the database is away every way in is a 503 with Retry-After, and nothing is written', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'confirm' })
  const session = await tokenFor(server, slug, { purpose: 'session' })
  const away = await behindAProxy(server)
  const before = await checksum(server)
  const cookies = { 'my-pledge': session }
  away.line.cut()

  const answers = await Promise.all([
    sign(away, slug),
    sign(away, slug, { email: 'bea@example.edu' }),
    away.app.inject({ method: 'POST', url: '/api/v1/confirmations', payload: { token } }),
    away.app.inject({
      method: 'POST',
      url: '/api/v1/confirmations',
      payload: { campaign: slug, email: 'ada@example.edu', code: '123456' },
    }),
    away.app.inject({
      method: 'POST',
      url: '/api/v1/my-pledge-links',
      payload: { campaign: slug, email: 'ada@example.edu' },
    }),
    away.app.inject({ url: '/api/v1/my-pledge', cookies }),
    away.app.inject({ method: 'DELETE', url: '/api/v1/my-pledge', cookies }),
    away.app.inject({ method: 'POST', url: '/api/v1/my-pledge/withdrawal', cookies }),
    away.app.inject(`/api/v1/campaigns/${slug}`),
    away.app.inject(`/api/v1/campaigns/${slug}/leaderboard`),
    away.app.inject(`/api/v1/campaigns/${slug}/live`),
    away.app.inject('/api/v1/campuses?q=georgia'),
    away.app.inject('/api/health'),
  ])

  expect(
    answers.map((answer) => [answer.statusCode, answer.json().code, answer.headers['retry-after']]),
  ).toEqual(answers.map(() => [503, 'database-away', '5']))
  expect(await checksum(server)).toBe(before)
})

test('a page says it in words, with the same status', async () => {
  const slug = await anOpenCampaign(server)
  const away = await behindAProxy(server)
  away.line.cut()

  const answers = await Promise.all(
    [`/c/${slug}`, `/embed/${slug}`, '/my-pledge'].map((url) =>
      away.app.inject({
        url,
        headers: { accept: 'text/html' },
        cookies: { 'my-pledge': 'x' },
      }),
    ),
  )

  expect(answers.slice(0, 2).map((answer) => [answer.statusCode, answer.headers['retry-after']])).toEqual([
    [503, '5'],
    [503, '5'],
  ])
  expect(answers[0]?.headers['content-type']).toContain('text/html')
  expect(answers[0]?.headers['cache-control']).toBe('no-store')
})

test('when it returns, the server is back by itself', async () => {
  const slug = await anOpenCampaign(server)
  const away = await behindAProxy(server)
  await sign(away, slug)
  away.line.cut()
  const cut = await sign(away, slug, { email: 'bea@example.edu' })

  away.line.mend()

  expect(cut.statusCode).toBe(503)
  await expect
    .poll(async () => (await sign(away, slug, { email: 'bea@example.edu' })).statusCode, { timeout: 5_000 })
    .toBe(202)
  expect((await away.app.inject('/api/health')).statusCode).toBe(200)
  expect(await pledgesOf(server, slug)).toHaveLength(2)
})

test('what was said while a server was away is made up for when its line is mended', async () => {
  const slug = await anOpenCampaign(server)
  const away = await behindAProxy(server)
  const shown = async () => (await away.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).json().campuses
  await shown()
  away.line.cut()
  const emails = times(5, (n) => `ada${n}@gatech.edu`)
  await Promise.all(emails.map((email) => sign(server, slug, { email })))
  await Promise.all(emails.map((email) => confirm(server, slug, email)))

  away.line.mend()

  await expect.poll(shown, { timeout: 10_000 }).toMatchObject([{ campus: 'gatech.edu', confirmed: 5 }])
})

describe('after many breaks', () => {
  test('no connection is lost for good when the line breaks as a transaction begins', async () => {
    const slug = await anOpenCampaign(server)
    const away = await behindAProxy(server)
    await sign(away, slug)
    const token = await tokenFor(server, slug, { purpose: 'confirm' })
    away.line.cutOn('begin')
    const statuses = []
    for (const _ of times(14, (one) => one)) statuses.push((await confirmByToken(away, token)).statusCode)

    away.line.mend()
    const after = await sign(away, slug, { email: 'bea@example.edu' })

    expect(new Set(statuses)).toEqual(new Set([503]))
    expect(after.statusCode).toBe(202)
  })

  test('nothing that was acknowledged is lost, and tallies equal the rows', async () => {
    const slug = await anOpenCampaign(server)
    const away = await behindAProxy(server)
    const signed: string[] = []
    for (const round of times(6, (n) => n)) {
      const emails = times(20, (n) => `ada${round}x${n}@gatech.edu`)
      const signing = Promise.all(
        emails.map(async (email) => {
          const { statusCode } = await sign(away, slug, { email })
          if (statusCode === 202) signed.push(email)
          return statusCode
        }),
      )
      if (round % 2) setImmediate(() => away.line.cut())
      const statuses = await signing
      expect(statuses.filter((status) => ![202, 503].includes(status))).toEqual([])
      away.line.mend()
    }
    const answers = await Promise.all(signed.map((email) => confirm(server, slug, email)))

    expect(signed.length).toBeGreaterThanOrEqual(60)
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    expect(await tallyDifferences(server)).toEqual([])
  })
})

test('a transaction that was cut off leaves nothing behind', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: 'ada@gatech.edu' })
  await confirm(server, slug, 'ada@gatech.edu')
  const before = await pledgesOf(server, slug)
  const away = await behindAProxy(server)
  const call = await asSigner(away, slug, 'ada@gatech.edu')
  away.line.cutOn('insert into tallies')

  const answer = await call('POST', '/withdrawal')

  expect([answer.statusCode, answer.json().code]).toEqual([503, 'database-away'])
  expect(await pledgesOf(server, slug)).toEqual(before)
  expect(await tallyDifferences(server)).toEqual([])
})
