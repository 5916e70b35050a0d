import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { serverAt, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aStranger, linksTo, TestBrowser } from './browser.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

function later(minutes: number): void {
  server.clock.now = new Date((server.clock.now ?? new Date()).getTime() + minutes * 60_000)
}

describe('an emailed link', () => {
  test('signs in once, in the browser that asked', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    const link = await browser.askForLink(email)

    const offer = await browser.call('POST', 'sign-in-offers', { link })
    const first = await browser.call('POST', 'sessions', { link })
    const second = await browser.call('POST', 'sessions', { link })

    expect(offer.json()).toEqual({ email, isEnough: true })
    expect(first.statusCode).toBe(204)
    expect((await browser.call('GET', 'session')).json()).toMatchObject({ organizer: { email } })
    expect(second.json()).toMatchObject({ code: 'token-invalid' })
  })

  test('in another browser names nobody and starts nothing, and goes on being good in the one that asked', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    const link = await browser.askForLink(email)
    const another = new TestBrowser(server)
    await another.call('POST', 'sign-in-links', { email: 'mallory@example.org' })

    const offer = await another.call('POST', 'sign-in-offers', { link })
    const session = await another.call('POST', 'sessions', { link })

    expect(offer.json()).toMatchObject({ code: 'token-invalid' })
    expect(offer.body).not.toContain(email)
    expect(session.json()).toMatchObject({ code: 'token-invalid' })
    expect(await another.isSignedIn()).toBe(false)
    expect((await browser.call('POST', 'sessions', { link })).statusCode).toBe(204)
  })

  test('is good for ten minutes', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    server.clock.now = new Date()
    const link = await browser.askForLink(email)

    later(9.9)
    const offer = await browser.call('POST', 'sign-in-offers', { link })
    later(0.2)
    const session = await browser.call('POST', 'sessions', { link })

    expect(offer.statusCode).toBe(200)
    expect(session.json()).toMatchObject({ code: 'token-invalid' })
  })

  test('pressed many times at once starts one session', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    const link = await browser.askForLink(email)

    const answers = await Promise.all(times(20, () => browser.call('POST', 'sessions', { link })))

    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
    expect(answers.filter(({ statusCode }) => statusCode === 400)).toHaveLength(19)
  })

  test('leaves no session and no cookie as it found them', async () => {
    const email = await aStranger(server)
    const mallory = new TestBrowser(server)
    await mallory.signInByLink(await aStranger(server))
    const preset = mallory.cookies.get('organizer') ?? ''
    const browser = new TestBrowser(server)
    browser.cookies.set('organizer', preset)
    browser.cookies.set('sign-in', 'known-to-mallory')

    await browser.signInByLink(email)

    expect(browser.cookies.get('organizer')).not.toBe(preset)
    expect(browser.cookies.has('sign-in')).toBe(false)
    expect((await browser.call('GET', 'session')).json()).toMatchObject({ organizer: { email } })
    expect(await mallory.isSignedIn()).toBe(false)
  })

  test('asked for with a cookie that somebody preset is not bound to it', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    browser.cookies.set('sign-in', 'known-to-mallory')
    const link = await browser.askForLink(email)
    const mallory = new TestBrowser(server)
    mallory.cookies.set('sign-in', 'known-to-mallory')

    const session = await mallory.call('POST', 'sessions', { link })

    expect(session.json()).toMatchObject({ code: 'token-invalid' })
  })

  test('stands nowhere in the database, and neither does the address', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    await browser.call('POST', 'sign-in-links', { email })
    const { rows: letters } = await server.deps.db.execute(
      sql`select letters::text from letters where state = 'queued'`,
    )

    const [link = ''] = await linksTo(server, email)
    await browser.call('POST', 'sessions', { link })
    const { rows } = await server.deps.db.execute(sql`
      select string_agg(one::text, ' ') as all from (
        select links::text as one from sign_in_links links union all select asks::text from sign_in_asks asks
        union all select sessions::text from organizer_sessions sessions) one`)

    expect(letters).toHaveLength(1)
    expect(JSON.stringify(letters)).not.toContain(email.split('@')[0])
    expect(JSON.stringify(rows)).not.toContain(link)
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get('organizer'))
  })
})

describe('asking for a link', () => {
  test('answers the same, with as many statements, whether there is such an organizer or not', async () => {
    const query = vi.spyOn(server.appDb.$client, 'query')
    const ask = async (email: string) => {
      query.mockClear()
      const answer = await new TestBrowser(server).call('POST', 'sign-in-links', { email })
      const shape = answer.cookies.map(({ name, value, maxAge }) => [name, value.length, maxAge])
      return { status: answer.statusCode, body: answer.json(), shape, statements: query.mock.calls.length }
    }

    const known = await ask(await aStranger(server))
    const unknown = await ask('nobody-at-all@example.org')

    expect(known).toMatchObject({ status: 202, body: { status: 'check-your-email' }, statements: 2 })
    expect(unknown).toEqual(known)
    query.mockRestore()
    expect(await linksTo(server, 'nobody-at-all@example.org')).toEqual([])
  })

  test('sends an address five links an hour at most, known or not, and never says so', async () => {
    server.clock.now = new Date('2026-03-02T10:00:00Z')
    const email = await aStranger(server)
    const ask = (to: string) => new TestBrowser(server).call('POST', 'sign-in-links', { email: to })

    const answers = await Promise.all([
      ...times(12, () => ask(email)),
      ...times(12, () => ask('no@example.org')),
    ])
    const { rows: letters } = await server.deps.db.execute(sql`
      select id from letters where template = 'organizer-sign-in' and state = 'queued'`)

    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1)
    expect(answers[0]?.statusCode).toBe(202)
    expect(letters).toHaveLength(10)
    expect(await linksTo(server, email)).toHaveLength(5)
    later(60)
    await ask(email)
    expect(await linksTo(server, email)).toHaveLength(6)
  })

  test('is not limited by what strangers ask, in a browser in which she has signed in before', async () => {
    server.clock.now = new Date('2026-03-03T10:00:00Z')
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    await browser.signInByLink(email)
    await browser.call('DELETE', 'session')
    await Promise.all(times(20, () => new TestBrowser(server).call('POST', 'sign-in-links', { email })))
    const before = (await linksTo(server, email)).length

    const session = await browser.signInByLink(email)

    expect(before).toBe(5)
    expect(session.statusCode).toBe(204)
    const another = await aStranger(server)
    await Promise.all(
      times(8, () => new TestBrowser(server).call('POST', 'sign-in-links', { email: another })),
    )
    await browser.call('POST', 'sign-in-links', { email: another })
    expect(await linksTo(server, another)).toHaveLength(5)
  })

  test.each([
    '',
    'ada',
    'ada@',
    '@example.org',
    'a@b@example.org',
    'ada@example.org\nBcc: x@y.z',
    'a'.repeat(321),
  ])('takes no %j', async (email) => {
    const answer = await new TestBrowser(server).call('POST', 'sign-in-links', { email })

    expect([400, 422]).toContain(answer.statusCode)
  })

  test('takes an address however it is spelled', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)

    await browser.call('POST', 'sign-in-links', { email: ` ${email.toUpperCase()} ` })

    expect(await linksTo(server, email)).toHaveLength(1)
  })

  test('from another site is refused', async () => {
    const email = await aStranger(server)
    const evil = new TestBrowser(server, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })

    const answer = await evil.call('POST', 'sign-in-links', { email })

    expect(answer.json()).toMatchObject({ code: 'cross-origin' })
  })
})

test('on https every cookie is __Host-, and none can be read by scripts or sent from other sites', async () => {
  const https = await serverAt(server, 'https://pledge.example.org')
  const email = await aStranger(https)
  const browser = new TestBrowser(https, { origin: 'https://pledge.example.org' })

  const asked = await browser.call('POST', 'sign-in-links', { email })
  const [link = ''] = await linksTo(https, email)
  const session = await browser.call('POST', 'sessions', { link })

  const cookies = [...asked.cookies, ...session.cookies]
  expect(cookies.map(({ name }) => name).sort()).toEqual([
    '__Host-known',
    '__Host-organizer',
    '__Host-sign-in',
    '__Host-sign-in',
  ])
  for (const cookie of cookies)
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
})
