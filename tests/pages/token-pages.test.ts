import { beforeAll, describe, expect, test } from 'vitest'
import { anOpenCampaign, asSigner, confirm, rowOf, sign, tokenFor } from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  const request = { email: 'wilhelmina@gatech.edu', name: 'Quirina Zebulon', display: true, updates: true }
  await sign(server, slug, request)
  await confirm(server, slug, request.email)
})

test('a page of a token looks the same whatever the token is', async () => {
  const real = await tokenFor(server, slug, { email: 'wilhelmina@gatech.edu', purpose: 'confirm' })

  const bodies = await Promise.all(
    [real, 'x', 'a'.repeat(136)].map(async (token) => (await page(`/confirm/${token}`)).body),
  )

  expect(bodies[0]).toContain('<form method="post"')
  expect(new Set(bodies).size).toBe(1)
})

test('a person’s press of the button then confirms, and again thanks the same', async () => {
  const own = await anOpenCampaign(server)
  await sign(server, own, { email: 'ada@gatech.edu' })
  const url = `/confirm/${await tokenFor(server, own, { email: 'ada@gatech.edu', purpose: 'confirm' })}`
  for (const _ of [1, 2, 3]) await page(url)
  const waiting = await rowOf(server, own, 'ada@gatech.edu')

  const first = await server.app.inject({ method: 'POST', url })
  const again = await server.app.inject({ method: 'POST', url })

  expect(waiting).toMatchObject({ state: 'pending' })
  expect([first.statusCode, again.statusCode]).toEqual([200, 200])
  expect(again.body).toBe(first.body)
  expect(await rowOf(server, own, 'ada@gatech.edu')).toMatchObject({ state: 'confirmed' })
})

test('a refused press is a page in words', async () => {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/confirm/x',
    headers: { accept: 'text/html' },
  })

  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toContain('text/html')
  expect(answer.body).toContain('class="refusal')
})

describe('an address near a token page is not kept by caches', () => {
  test.each([
    '/my-pledge/x.css',
    '/my-pledge/x%2fy.js',
    '/my-pledge',
    '/my-pledge/a/b.png',
    '/confirm/x.css',
    '/nothing.css',
  ])('%s', async (url) => {
    const answer = await page(url)

    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })
})

test('what is held is shown to the session, and kept by nobody', async () => {
  const session = await tokenFor(server, slug, { email: 'wilhelmina@gatech.edu', purpose: 'session' })

  const answer = await server.app.inject({ url: '/my-pledge', cookies: { 'my-pledge': session } })

  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('Quirina Z.')
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  expect((await (await asSigner(server, slug, 'wilhelmina@gatech.edu'))('GET')).json()).toMatchObject({
    updates: true,
  })
})

function page(url: string) {
  return server.app.inject({ url, headers: { accept: 'text/html' } })
}
