import { beforeAll, describe, expect, test } from 'vitest'
import { lettersIn } from '../../server/mail/mailbox.ts'
import { remindUnconfirmed } from '../../server/pledges/reminding.ts'
import { unsubscribeUrl } from '../../server/pledges/unsubscribing.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  checksum,
  confirm,
  keyOf,
  letterTo,
  rowOf,
  sign,
  tokenFor,
} from '../builders.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
let slug: string
let links: string[]
let subjects: Set<string>

beforeAll(async () => {
  slug = await anOpenCampaign(server)
  await sign(server, slug, {
    email: 'wilhelmina@gatech.edu',
    name: 'Quirina Zebulon',
    display: true,
    updates: true,
  })
  await letterTo(server, 'wilhelmina@gatech.edu')
  await confirm(server, slug, 'wilhelmina@gatech.edu')
  await sign(server, slug, { email: 'wilhelmina@gatech.edu' })
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: 'wilhelmina@gatech.edu' },
  })
  await server.work()
  await sign(server, slug, { email: 'wilhelmina@mail.example' })
  server.clock.now = new Date(Date.now() + 3 * 24 * 3_600_000)
  await remindUnconfirmed(server.deps)
  await askToLead('wilhelmina@gatech.edu')
  await server.work()
  delete server.clock.now
  const letters = await lettersIn(server.deps.mailboxFolder)
  subjects = new Set(letters.map(({ subject }) => subject))
  links = letters.flatMap(({ text }) => linksIn(text).map(({ pathname }) => pathname))
  links.push(
    new URL(unsubscribeUrl(server.deps, await keyOf(server, slug, 'wilhelmina@gatech.edu'), 'en')).pathname,
  )
})

test('every link of every mail may be opened by a scanner: nothing personal, nothing kept, nothing changed', async () => {
  const before = await checksum(server)

  for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET'] as const) {
    for (const url of links) {
      const answer = await server.app.inject({ method, url, headers: { accept: 'text/html' } })
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(answer.body.toLowerCase()).not.toMatch(
        /wilhelmina|quirina|zebulon|gatech|georgia (tech|institute)|no tech for cages/,
      )
      if (method !== 'GET') continue
      expect(answer.statusCode).toBe(200)
      expect(answer.body).toContain('<form method="post"')
      expect(answer.body).not.toMatch(/<script(?! type="module" src="\/assets\/)/)
      expect(answer.body).not.toMatch(/(src|href)="https?:/)
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      })
      expect(answer.body).toMatch(/<meta name="robots" content="[^"]*noindex/)
    }
  }

  expect(subjects).toEqual(
    new Set([
      'Confirm your signature',
      'Your signature is still waiting',
      'About your signature',
      'The link you asked for',
      'Did you ask to lead?',
    ]),
  )
  expect(new Set(links.map((link) => link.split('/')[1]))).toEqual(
    new Set(['confirm', 'my-pledge', 'stop-mail', 'chapter-requests', 'unsubscribe']),
  )
  expect(await checksum(server)).toBe(before)
})

test('every link of every mail to organizers may be opened too: what it is good for stands behind its #', async () => {
  const { app, deps } = server
  const { email, call } = await anOrganizer(server)
  await app.inject({ method: 'POST', url: '/api/v1/console/sign-in-links', payload: { email } })
  await call('POST', 'organizations/mijente/invitations', { email: 'eva@mail.example', role: 'editor' })
  await call('POST', `campaigns/${slug}/partner-invitations`, {
    email: 'mia@mail.example',
    organizationName: 'BAJI',
  })
  await server.work()
  const letters = (await lettersIn(deps.mailboxFolder)).filter(({ text }) => text.includes('/console/'))
  const before = await checksum(server)

  const opened = letters.flatMap(({ text }) => linksIn(text))
  const answers = await Promise.all(opened.map(({ pathname }) => page(pathname)))

  expect(letters.length).toBeGreaterThanOrEqual(3)
  expect(opened.every(({ hash }) => hash.length > 20)).toBe(true)
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true)
  expect(await checksum(server)).toBe(before)
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

function linksIn(text: string): URL[] {
  return [...text.matchAll(/https?:\S+?(?=[)\s>]|$)/gm)].map(([url]) => new URL(url))
}

async function askToLead(email: string): Promise<void> {
  const form = new URLSearchParams({ email, name: 'Quirina Zebulon', about: '' })
  await server.app.inject({
    method: 'POST',
    url: `/c/${slug}/gatech.edu/chapter-requests`,
    payload: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}

function page(url: string) {
  return server.app.inject({ url, headers: { accept: 'text/html' } })
}
