import { afterAll, beforeAll, expect, test } from 'vitest'
import { emails, renderEmail } from '../../emails/emails.ts'
import { remindUnconfirmed } from '../../server/pledges/reminding.ts'
import { anOpenCampaign, anOrganizer, checksum, confirm, crowd, rowOf, sign } from '../builders.ts'
import { aKeyOf } from '../contacts/keys.ts'
import { names } from '../emails/cases.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, TestBrowser } from '../organizers/browser.ts'
import { type Received, smtpInbox } from '../smtp-inbox.ts'
import { aReader, lookAtMilestones, tellOfMilestones, writingFor } from '../updates/writing.ts'

const inbox = await smtpInbox()
const server = estamos({ env: () => ({ SMTP_URL: inbox.url }) })
const HER = 'wilhelmina@gatech.edu'
const HER_OTHER = 'wilhelmina@mail.example'
const DAY_MS = 24 * 3_600_000
let slug: string
let toHer: Received[]
let toOrganizers: Received[]

beforeAll(async () => {
  await server.app.listen({ host: 'localhost', port: server.config.port })
  slug = await anOpenCampaign(server, { goal: 6 })
  await allThatSignersGet()
  await allThatOrganizersGet()
  toHer = inbox.received.filter(({ envelope: { to } }) => to[0] === HER || to[0] === HER_OTHER)
  toOrganizers = inbox.received.filter(({ text = '' }) => text.includes('/console/'))
})
afterAll(() => inbox.close())

async function allThatSignersGet(): Promise<void> {
  await sign(server, slug, { email: HER, name: 'Quirina Zebulon', display: true, updates: true })
  await server.work()
  await confirm(server, slug, HER)
  await sign(server, slug, { email: HER })
  await post('/api/v1/my-pledge-links', JSON.stringify({ campaign: slug, email: HER }), 'application/json')
  await (await writingFor(server, slug)).send()
  await tellOfMilestones(server, slug)
  await crowd(server, slug, { campus: 'gatech.edu', people: 5 })
  await lookAtMilestones(server, slug)
  await sign(server, slug, { email: HER_OTHER })
  await server.work()
  server.clock.now = new Date(Date.now() + 3 * DAY_MS)
  await remindUnconfirmed(server.deps)
  await post(
    `/c/${slug}/gatech.edu/chapter-requests`,
    form({ email: HER, name: 'Quirina Zebulon', about: '' }),
  )
  await server.work()
  delete server.clock.now
}

async function allThatOrganizersGet(): Promise<void> {
  const owner = await anOrganizer(server)
  const { call } = owner
  await call('POST', 'organizations/mijente/invitations', { email: 'eva@mail.example', role: 'editor' })
  const invitation = { email: 'mia@mail.example', organizationName: 'BAJI' }
  await call('POST', `campaigns/${slug}/partner-invitations`, invitation)
  await aKeyOf(owner, 'mijente')
  const { browser, email } = await aPasskeyHolder(server)
  await browser.call('POST', 'sign-in-links', { email })
  await server.work()
  const [, link] = /#link=([\w-]+)/.exec(inbox.received.map(({ text }) => text).join()) ?? []
  await browser.call('POST', 'passkey-resets', { link })
  const member = await anOrganizer(server, { role: 'viewer' })
  await call('PATCH', `organizations/mijente/members/${member.id}`, { role: 'owner' })
  await server.work()
  await aFirstPasskeyThatWaits()
  await server.work()
  delete server.clock.now
}

/** Of an account that is older than a day. */
async function aFirstPasskeyThatWaits(): Promise<void> {
  const email = await aStranger(server)
  server.clock.now = new Date(Date.now() + 2 * DAY_MS)
  const browser = new TestBrowser(server)
  await browser.call('POST', 'sign-in-links', { email })
  await server.work()
  const { text = '' } = await inbox.next(email)
  const [, link] = /#link=([\w-]+)/.exec(text) ?? []
  await browser.call('POST', 'sessions', { link })
  await browser.addPasskey()
}

test('every link of every mail may be opened by a scanner: nothing personal, nothing kept, nothing changed', async () => {
  const links = toHer.flatMap(linksIn)
  const before = await checksum(server)

  for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET'] as const) {
    for (const { pathname, search } of links) {
      const url = pathname + search
      const answer = await server.app.inject({ method, url, headers: { accept: 'text/html' } })
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(isForAll(pathname) ? '' : answer.body.toLowerCase()).not.toMatch(
        /wilhelmina|quirina|zebulon|gatech|georgia (tech|institute)|no tech for cages/,
      )
      if (method === 'OPTIONS') continue
      expect(answer.statusCode).toBe(200)
      if (method === 'HEAD' || isForAll(pathname)) continue
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

  expect(new Set(links.map(({ pathname }) => pathname.split('/')[1]))).toEqual(
    new Set(['confirm', 'my-pledge', 'stop-mail', 'chapter-requests', 'unsubscribe', 'c']),
  )
  expect(await checksum(server)).toBe(before)
})

test('every link of every mail to organizers may be opened too: what it is good for stands behind its #', async () => {
  const links = toOrganizers.flatMap(linksIn)
  const before = await checksum(server)

  const answers = await Promise.all(
    links.flatMap(({ pathname: url }) =>
      (['GET', 'HEAD'] as const).map((method) => server.app.inject({ method, url })),
    ),
  )

  expect(new Set(links.map(({ pathname, hash }) => `${pathname} ${hash.length > 20}`))).toEqual(
    new Set([
      '/console/ false',
      '/console/account false',
      '/console/first-passkey true',
      '/console/invitation true',
      '/console/organizations/mijente false',
      '/console/partner-invitation true',
      '/console/sign-in true',
    ]),
  )
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true)
  expect(await checksum(server)).toBe(before)
})

test('that is every email there is, and the news alone offer to be ended by one click', async () => {
  const samples = await Promise.all(
    names.map((name) => renderEmail(name, 'en', emails[name].sample as never)),
  )
  const aboutHerPlace = { ...emails['place-changed'].sample, change: 'role-changed', role: 'owner' } as const
  const all = [...samples, await renderEmail('place-changed', 'en', aboutHerPlace)]
  const news = await Promise.all(
    (['update', 'milestone'] as const).map((name) => renderEmail(name, 'en', emails[name].sample as never)),
  )

  const oneClick = [...toHer, ...toOrganizers].filter(
    (message) => header(message, 'list-unsubscribe') ?? header(message, 'list-unsubscribe-post'),
  )

  expect(subjectsOf([...toHer, ...toOrganizers])).toEqual(subjectsOf(all))
  expect(subjectsOf(oneClick)).toEqual(subjectsOf(news))
})

test('one click in a mail program, as a received update offers it, and the next is not sent to her', async () => {
  const own = await anOpenCampaign(server)
  const eva = await aReader(server, own, 'eva@gatech.edu')
  const ada = await aReader(server, own, 'ada@gatech.edu')
  const organizer = await writingFor(server, own)
  await organizer.send()
  await server.work()
  const message = await inbox.next(eva)

  const [, url = ''] = /^<([^<>]+)>$/.exec(header(message, 'list-unsubscribe') ?? '') ?? []
  const answer = await post(url, header(message, 'list-unsubscribe-post'))
  await organizer.send()
  await server.work()

  expect(header(message, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
  expect(answer.status).toBe(200)
  expect([newsTo(eva), newsTo(ada)]).toEqual([1, 2])
  expect(await rowOf(server, own, eva)).toMatchObject({ state: 'confirmed', wants_updates: false })
})

/** Over a socket and without a cookie, as a mail program does. */
async function post(path: string, body = '', type = 'application/x-www-form-urlencoded') {
  const url = new URL(path, server.config.publicUrl)
  return await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
}

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString()
}

/** Those of its words, and the one in its headers. */
function linksIn(message: Received): URL[] {
  const said = `${message.text} ${header(message, 'list-unsubscribe') ?? ''}`
  return [...said.matchAll(/https?:[^\s<>)]+/g)].map(([url]) => new URL(url))
}

function isForAll(path: string): boolean {
  return path.startsWith('/c/')
}

function header({ headers }: Received, name: string): string | undefined {
  return headers.find(({ key }) => key === name)?.value
}

function subjectsOf(messages: { subject?: string }[]): string[] {
  return [...new Set(messages.map(({ subject = '' }) => subject))].sort()
}

function newsTo(address: string): number {
  return inbox.received.filter(
    ({ envelope: { to }, subject }) => to[0] === address && subject?.startsWith('News'),
  ).length
}
