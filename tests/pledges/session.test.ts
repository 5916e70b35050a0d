import { describe, expect, test } from 'vitest'
import { anOpenCampaign, checksum, confirm, rowOf, serverAt, sign, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()

test('over https the cookie is bound to this host, for scripts of nobody and requests of ours alone', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)
  const secure = await serverAt(server, 'https://pledge.example.org')

  const answer = await secure.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token: await tokenFor(secure, slug, { purpose: 'my-pledge' }) },
  })

  expect(answer.cookies).toEqual([
    {
      name: '__Host-my-pledge',
      value: expect.any(String),
      path: '/',
      maxAge: 900,
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    },
  ])
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  expect(answer.headers['cache-control']).toBe('no-store')
})

test('on one’s own machine it is the same without https', async () => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug)

  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token: await tokenFor(server, slug, { purpose: 'my-pledge' }) },
  })

  expect(answer.cookies).toMatchObject([{ name: 'my-pledge', httpOnly: true, sameSite: 'Strict', path: '/' }])
  expect(answer.cookies[0]).not.toHaveProperty('domain')
})

const own = [
  ['GET', '/api/v1/my-pledge'],
  ['PATCH', '/api/v1/my-pledge'],
  ['DELETE', '/api/v1/my-pledge'],
  ['POST', '/api/v1/my-pledge/withdrawal'],
  ['GET', '/my-pledge'],
  ['POST', '/my-pledge'],
  ['POST', '/my-pledge/withdrawal'],
  ['POST', '/my-pledge/erasure'],
] as const

const cookiesOfStrangers: Record<string, string>[] = [
  {},
  { 'my-pledge': '' },
  { 'my-pledge': 'forged' },
  { '__Host-my-pledge': 'forged' },
]

describe.each(own)('%s %s', (method, url) => {
  test('needs the session', async () => {
    const payload = url.startsWith('/api/') ? {} : undefined

    const answers = await Promise.all(
      cookiesOfStrangers.map((cookies) =>
        server.app.inject({
          method,
          url,
          cookies,
          ...(payload && method === 'PATCH' && { payload }),
          ...form(url, method),
        }),
      ),
    )

    expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
      answers.map(() => [401, 'not-signed-in']),
    )
  })
})

const foreign = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://localhost' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'null' },
]

describe.each(foreign)('from another site, as %j', (headers) => {
  test.each(own.filter(([method]) => method !== 'GET'))(
    '%s %s is refused and does nothing',
    async (method, url) => {
      const slug = await anOpenCampaign(server)
      await sign(server, slug)
      await confirm(server, slug)
      const cookies = { 'my-pledge': await tokenFor(server, slug, { purpose: 'session' }) }
      const before = await checksum(server)

      const answer = await server.app.inject({
        method,
        url,
        cookies,
        ...(method === 'PATCH' && { payload: { display: false } }),
        ...form(url, method),
        headers: { ...form(url, method).headers, ...headers },
      })

      expect([answer.statusCode, answer.json().code]).toEqual([403, 'cross-origin'])
      expect(await checksum(server)).toBe(before)
    },
  )
})

test('a session of one pledge shows and ends no other', async () => {
  const slug = await anOpenCampaign(server)
  for (const email of ['ada@gatech.edu', 'bea@mit.edu']) {
    await sign(server, slug, { email })
    await confirm(server, slug, email)
  }
  const cookies = {
    'my-pledge': await tokenFor(server, slug, { email: 'ada@gatech.edu', purpose: 'session' }),
  }

  const held = await server.app.inject({ url: '/api/v1/my-pledge', cookies })
  await server.app.inject({ method: 'DELETE', url: '/api/v1/my-pledge', cookies })

  expect(held.json().campus.campus).toBe('gatech.edu')
  expect(await rowOf(server, slug, 'ada@gatech.edu')).toBeUndefined()
  expect(await rowOf(server, slug, 'bea@mit.edu')).toMatchObject({ state: 'confirmed' })
})

function form(url: string, method: string) {
  if (url.startsWith('/api/') || method !== 'POST') return { headers: {} }
  const payload = url === '/my-pledge' ? 'display=on' : ''
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload }
}
