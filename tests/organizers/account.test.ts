import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { forgetSigningIn } from '../../server/organizers/forgetting.ts'
import { anOrganizer } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, TestBrowser } from './browser.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

const FIREFOX = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'

describe('sessions', () => {
  test('are listed by device, way and time, and without addresses', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server, { 'user-agent': FIREFOX })
    await browser.signInByLink(email)
    await new TestBrowser(server, { 'user-agent': '<script>x</script>' }).signInByLink(email)

    const { sessions } = (await browser.call('GET', 'account')).json() as {
      sessions: Record<string, unknown>[]
    }

    expect(sessions).toHaveLength(2)
    expect(sessions).toContainEqual({
      id: expect.any(Number),
      way: 'link',
      device: 'Firefox on Android',
      startedAt: expect.any(String),
      usedAt: expect.any(String),
      isThis: true,
    })
    expect(sessions).toContainEqual(expect.objectContaining({ device: 'A browser', isThis: false }))
  })

  test('can be ended one by one, and all others at once', async () => {
    const { passkey, browser } = await aPasskeyHolder(server)
    const [second, third] = [new TestBrowser(server), new TestBrowser(server)]
    for (const one of [second, third]) await one.signInByPasskey(passkey)
    const { sessions } = (await second.call('GET', 'account')).json() as {
      sessions: { id: number; isThis: boolean }[]
    }

    await browser.call('DELETE', `sessions/${sessions.find(({ isThis }) => isThis)?.id}`)
    const one = [await second.isSignedIn(), await third.isSignedIn()]
    await browser.call('DELETE', 'sessions')

    expect(one).toEqual([false, true])
    expect([await browser.isSignedIn(), await third.isSignedIn()]).toEqual([true, false])
  })

  test('of somebody else are not there', async () => {
    const { browser } = await aPasskeyHolder(server)
    const mallory = await anOrganizer(server)
    const { sessions } = (await browser.call('GET', 'account')).json() as { sessions: { id: number }[] }

    const answer = await mallory.call('DELETE', `sessions/${sessions[0]?.id}`)
    const odd = await mallory.call('DELETE', 'sessions/1e9')
    await mallory.call('DELETE', 'sessions')

    expect(answer.statusCode).toBe(404)
    expect(odd.statusCode).toBe(400)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('that are signed out of leave nothing in the browser', async () => {
    const { browser } = await aPasskeyHolder(server)

    const answer = await browser.call('DELETE', 'session')

    expect(answer.headers['clear-site-data']).toBe('"cache", "storage"')
    expect(browser.cookies.has('organizer')).toBe(false)
  })

  test('that are over, and links, challenges and counts, are deleted by the clock', async () => {
    server.clock.now = new Date()
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    await browser.signInByLink(email)
    await browser.call('POST', 'sign-in-challenges')
    await new TestBrowser(server).askForLink(email)

    await forgetSigningIn(server.deps)
    const early = await left()
    server.clock.now = new Date(server.clock.now.getTime() + 13 * 3_600_000)
    await forgetSigningIn(server.deps)

    expect(early.every((count) => count > 0)).toBe(true)
    expect(await left()).toEqual([0, 0, 0, 0])
  })
})

async function left(): Promise<number[]> {
  const { rows } = await server.deps.db.execute<{ count: number }>(sql`
    select count(*)::int from sign_in_links union all select count(*)::int from sign_in_asks
    union all select count(*)::int from passkey_challenges union all select count(*)::int from organizer_sessions`)
  return rows.map(({ count }) => count)
}

test('a passkey is called what its owner calls it', async () => {
  const { browser } = await aPasskeyHolder(server)
  const [passkey] = (await browser.call('GET', 'account')).json().passkeys as { id: string }[]

  const renamed = await browser.call('PATCH', `passkeys/${passkey?.id}`, { name: '  key on <my> ring ' })
  const blank = await browser.call('PATCH', `passkeys/${passkey?.id}`, { name: '   ' })
  const long = await browser.call('PATCH', `passkeys/${passkey?.id}`, { name: 'x'.repeat(61) })

  expect([renamed.statusCode, blank.statusCode, long.statusCode]).toEqual([204, 400, 400])
  expect((await browser.call('GET', 'account')).json()).toMatchObject({
    passkeys: [{ name: 'key on <my> ring', isBackedUp: false }],
  })
})
