import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { Authenticator, type Lies } from './authenticator.ts'
import { aPasskeyHolder, aStranger, lettersTo, TestBrowser } from './browser.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

function later(minutes: number): void {
  server.clock.now = new Date((server.clock.now ?? new Date()).getTime() + minutes * 60_000)
}

describe('signing in by a passkey', () => {
  test('needs no address, and is fresh for ten minutes', async () => {
    const { email, passkey } = await aPasskeyHolder(server)
    const browser = new TestBrowser(server)

    const answer = await browser.signInByPasskey(passkey)

    expect(answer.statusCode).toBe(204)
    expect((await browser.call('GET', 'session')).json()).toMatchObject({
      organizer: { email },
      freshUntil: expect.any(String),
      hasPasskey: true,
    })
  })

  test.each<[string, Lies]>([
    ['on a device that did not check that it is she', { isVerified: false }],
    ['on another site', { origin: 'https://evil.example' }],
    ['on a site that only begins like ours', { origin: 'http://localhost:1' }],
    ['for another site', { rpId: 'evil.example' }],
    ['with another challenge', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['with what was made for adding one', { type: 'webauthn.create' }],
    ['whose counter has not moved', { counter: 0 }],
    ['that names another account', { userHandle: Buffer.alloc(32).toString('base64url') }],
  ])('is refused %s', async (_, lies) => {
    const { passkey } = await aPasskeyHolder(server)
    await new TestBrowser(server).signInByPasskey(passkey)
    const browser = new TestBrowser(server)
    const challenge = (await browser.call('POST', 'sign-in-challenges')).json()

    const answer = await browser.call('POST', 'passkey-sessions', passkey.use(challenge, lies))
    const isSignedIn = await browser.isSignedIn()
    const honest = await browser.call('POST', 'passkey-sessions', passkey.use(challenge))

    expect(answer.json()).toMatchObject({ code: 'passkey-refused' })
    expect(isSignedIn).toBe(false)
    // What was tried once is used up, unless it was not the challenge that was signed.
    expect(honest.statusCode).toBe('challenge' in lies ? 204 : 403)
  })

  test('takes a challenge once, for five minutes, in the browser that asked, for what it was asked for', async () => {
    const { passkey, browser: hers } = await aPasskeyHolder(server)
    const browser = new TestBrowser(server)
    const used = passkey.use((await browser.call('POST', 'sign-in-challenges')).json())
    const toConfirm = (await hers.call('POST', 'passkey-challenges')).json()

    const elsewhere = await new TestBrowser(server).call('POST', 'passkey-sessions', used)
    const first = await browser.call('POST', 'passkey-sessions', used)
    const replayed = await browser.call('POST', 'passkey-sessions', used)
    const mixedUp = await hers.call('POST', 'passkey-sessions', passkey.use(toConfirm))
    server.clock.now = new Date()
    const late = passkey.use((await browser.call('POST', 'sign-in-challenges')).json())
    later(5.1)
    const tooLate = await browser.call('POST', 'passkey-sessions', late)

    expect(first.statusCode).toBe(204)
    for (const answer of [elsewhere, replayed, mixedUp, tooLate])
      expect(answer.json()).toMatchObject({ code: 'passkey-refused' })
  })

  test('the same passkey at the same moment in many browsers counts each use once', async () => {
    const { passkey } = await aPasskeyHolder(server)
    const browser = new TestBrowser(server)
    const used = passkey.use((await browser.call('POST', 'sign-in-challenges')).json())

    const answers = await Promise.all(times(10, () => browser.call('POST', 'passkey-sessions', used)))

    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
    expect(answers.filter(({ statusCode }) => statusCode === 403)).toHaveLength(9)
  })

  test('with a passkey that nobody added, or that was removed, is refused', async () => {
    const { passkey, browser: hers } = await aPasskeyHolder(server)
    await hers.addPasskey()
    const [first] = (await hers.call('GET', 'account')).json().passkeys as { id: string }[]
    await hers.call('DELETE', `passkeys/${first?.id}`)

    const removed = await new TestBrowser(server).signInByPasskey(passkey)
    const unknown = await new TestBrowser(server).signInByPasskey(new Authenticator(server.config.publicUrl))

    expect(removed.json()).toMatchObject({ code: 'passkey-refused' })
    expect(unknown.json()).toMatchObject({ code: 'passkey-refused' })
  })

  test.each([
    {},
    { id: 'x' },
    { id: 'x', rawId: 'x', type: 'public-key', response: {}, clientExtensionResults: {} },
  ])('takes no %j', async (payload) => {
    const answer = await new TestBrowser(server).call('POST', 'passkey-sessions', payload)

    expect(answer.statusCode).toBe(400)
  })

  test('that is no JSON inside is refused, not an error', async () => {
    const { passkey } = await aPasskeyHolder(server)
    const browser = new TestBrowser(server)
    const used = passkey.use((await browser.call('POST', 'sign-in-challenges')).json())

    const answer = await browser.call('POST', 'passkey-sessions', {
      ...used,
      response: { ...used.response, clientDataJSON: 'AAAA' },
    })

    expect(answer.json()).toMatchObject({ code: 'passkey-refused' })
  })
})

describe('once there is a passkey', () => {
  test.each(['owner', 'editor', 'viewer'] as const)('the link alone does not let a %s in', async (role) => {
    const { email } = await aPasskeyHolder(server, { role })
    const browser = new TestBrowser(server)
    const link = await browser.askForLink(email)

    const offer = await browser.call('POST', 'sign-in-offers', { link })
    const answer = await browser.call('POST', 'sessions', { link })

    expect(offer.json()).toEqual({ email, isEnough: false })
    expect(answer.json()).toMatchObject({ code: 'passkey-required' })
    expect(answer.cookies).toEqual([])
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('a session that a link began cannot add or remove one, nor make codes', async () => {
    const { id, passkey } = await aPasskeyHolder(server)
    const { startSession } = await import('../../server/organizers/sessions.ts')
    const now = server.deps.now()
    const { token } = await startSession(server.deps.db, { organizerId: id, way: 'link', device: 'old', now })
    const thief = new TestBrowser(server)
    thief.cookies.set('organizer', token)
    const [held] = (await thief.call('GET', 'account')).json().passkeys as { id: string }[]
    const foreign = new Authenticator(server.config.publicUrl).make({
      challenge: 'AAAA',
      rp: { id: 'localhost' },
    })

    const answers = [
      await thief.call('POST', 'new-passkey-challenges'),
      await thief.call('DELETE', `passkeys/${held?.id}`),
      await thief.call('POST', 'recovery-codes'),
    ]
    const added = await thief.call('POST', 'passkeys', { name: 'mine', credential: foreign })

    for (const answer of answers) expect(answer.json()).toMatchObject({ code: 'passkey-needed' })
    expect(added.json()).toMatchObject({ code: 'passkey-refused' })
    expect((await new TestBrowser(server).signInByPasskey(passkey)).statusCode).toBe(204)
  })

  test('sessions that a link began before the first one have ended', async () => {
    const email = await aStranger(server)
    const [thief, hers] = [new TestBrowser(server), new TestBrowser(server)]
    await thief.signInByLink(email)
    await hers.signInByLink(email)

    await hers.addPasskey()

    expect(await hers.isSignedIn()).toBe(true)
    expect(await thief.isSignedIn()).toBe(false)
  })

  test('two sessions that both add the first one at the same moment leave one', async () => {
    const email = await aStranger(server)
    const pair = [new TestBrowser(server), new TestBrowser(server)]
    const ready = []
    for (const browser of pair) {
      await browser.signInByLink(email)
      const challenge = (await browser.call('POST', 'new-passkey-challenges')).json()
      ready.push({ browser, credential: new Authenticator(server.config.publicUrl).make(challenge) })
    }

    const answers = await Promise.all(
      ready.map(({ browser, credential }) => browser.call('POST', 'passkeys', { name: 'a', credential })),
    )

    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
  })
})

describe('adding a passkey', () => {
  test('makes the session fresh under a new cookie, is written down and told by mail', async () => {
    const email = await aStranger(server)
    const browser = new TestBrowser(server)
    await browser.signInByLink(email)
    const old = browser.cookies.get('organizer')

    await browser.addPasskey()
    const left = new TestBrowser(server)
    left.cookies.set('organizer', old ?? '')

    expect((await browser.call('POST', 'recovery-codes')).statusCode).toBe(201)
    expect(await left.isSignedIn()).toBe(false)
    expect((await lettersTo(server, email)).map(({ text }) => text).join()).toContain('A passkey was added')
    const { rows } = await server.deps.db.execute(sql`
      select action from audit_log where organizer_id = (
        select organizer_id from passkeys order by added_at desc limit 1) order by id`)
    expect(rows.map(({ action }) => action)).toEqual([
      'organizer.sign-in',
      'passkey.add',
      'recovery-codes.make',
    ])
  })

  test('a second one needs the first within ten minutes', async () => {
    server.clock.now = new Date()
    const { browser, passkey } = await aPasskeyHolder(server)
    later(10)

    const stale = await browser.call('POST', 'new-passkey-challenges')
    await browser.usePasskey(passkey)
    await browser.addPasskey()

    expect(stale.json()).toMatchObject({ code: 'passkey-needed' })
    expect((await browser.call('GET', 'account')).json().passkeys).toHaveLength(2)
  })

  test('is refused where the device did not check, on another site, with certificates, or with another’s challenge', async () => {
    const browser = new TestBrowser(server)
    await browser.signInByLink(await aStranger(server))
    const another = new TestBrowser(server)
    await another.signInByLink(await aStranger(server))
    const add = async (lies: Lies, from = browser) => {
      const challenge = (await from.call('POST', 'new-passkey-challenges')).json()
      const credential = new Authenticator(server.config.publicUrl).make(challenge, lies)
      return (await browser.call('POST', 'passkeys', { name: 'phone', credential })).json() as object
    }

    const answers = [
      await add({ isVerified: false }),
      await add({ origin: 'https://evil.example' }),
      await add({ rpId: 'evil.example' }),
      await add({ type: 'webauthn.get' }),
      await add({ certificates: [Buffer.from('a certificate')] }),
      await add({}, another),
    ]

    for (const answer of answers) expect(answer).toMatchObject({ code: 'passkey-refused' })
    expect((await browser.call('GET', 'account')).json().passkeys).toEqual([])
  })

  test('one that is known already is refused, whosever it is', async () => {
    const { passkey } = await aPasskeyHolder(server)
    const browser = new TestBrowser(server)
    await browser.signInByLink(await aStranger(server))
    const challenge = (await browser.call('POST', 'new-passkey-challenges')).json()

    const answer = await browser.call('POST', 'passkeys', { name: 'x', credential: passkey.make(challenge) })

    expect(answer.json()).toMatchObject({ code: 'passkey-known' })
  })

  test('asks the browser for one that is found by itself, and verified', async () => {
    const { browser } = await aPasskeyHolder(server)

    const options = (await browser.call('POST', 'new-passkey-challenges')).json()

    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [{ type: 'public-key' }],
    })
  })
})

describe('removing a passkey', () => {
  test.each(['owner', 'editor'] as const)('an %s keeps the last one', async (role) => {
    const { browser } = await aPasskeyHolder(server, { role })
    const [only] = (await browser.call('GET', 'account')).json().passkeys as { id: string }[]

    const answer = await browser.call('DELETE', `passkeys/${only?.id}`)

    expect(answer.json()).toMatchObject({ code: 'last-passkey' })
    expect((await browser.call('GET', 'account')).json().passkeys).toHaveLength(1)
  })

  test('a viewer may go back to links, and her codes go too', async () => {
    const { browser, email } = await aPasskeyHolder(server, { role: 'viewer' })
    await browser.call('POST', 'recovery-codes')
    const [only] = (await browser.call('GET', 'account')).json().passkeys as { id: string }[]

    await browser.call('DELETE', `passkeys/${only?.id}`)

    expect((await browser.call('GET', 'account')).json()).toMatchObject({ passkeys: [], recoveryCodes: 0 })
    expect((await new TestBrowser(server).signInByLink(email)).statusCode).toBe(204)
  })

  test('of two, removed both at the same moment, one stays', async () => {
    const { browser } = await aPasskeyHolder(server)
    await browser.addPasskey()
    const both = (await browser.call('GET', 'account')).json().passkeys as { id: string }[]

    const answers = await Promise.all(both.map(({ id }) => browser.call('DELETE', `passkeys/${id}`)))

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, 409])
  })

  test('another’s is not there, to rename or to remove', async () => {
    const { browser } = await aPasskeyHolder(server)
    const [hers] = (await browser.call('GET', 'account')).json().passkeys as { id: string }[]
    const { browser: mallory } = await aPasskeyHolder(server)

    const removed = await mallory.call('DELETE', `passkeys/${hers?.id}`)
    const renamed = await mallory.call('PATCH', `passkeys/${hers?.id}`, { name: 'mine' })

    expect([removed.statusCode, renamed.statusCode]).toEqual([404, 404])
    expect((await browser.call('GET', 'account')).json().passkeys).toMatchObject([{ name: 'phone' }])
  })
})

describe('using a passkey once more', () => {
  test('makes a session fresh again under a new cookie, and never longer than seven days', async () => {
    server.clock.now = new Date()
    const { browser, passkey } = await aPasskeyHolder(server)
    later(11)
    const old = browser.cookies.get('organizer') ?? ''
    expect((await browser.call('POST', 'recovery-codes')).json()).toMatchObject({ code: 'passkey-needed' })

    const used = await browser.usePasskey(passkey)
    const fresh = await browser.call('POST', 'recovery-codes')
    const left = new TestBrowser(server)
    left.cookies.set('organizer', old)

    expect(used.statusCode).toBe(204)
    expect(fresh.statusCode).toBe(201)
    expect(await left.isSignedIn()).toBe(false)
    for (let day = 0; day < 6; day += 0.4) {
      later(0.4 * 24 * 60)
      expect((await browser.usePasskey(passkey)).statusCode).toBe(204)
    }
    later(0.9 * 24 * 60)
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('takes only her own', async () => {
    const { browser } = await aPasskeyHolder(server)
    const { passkey: another } = await aPasskeyHolder(server)

    const answer = await browser.usePasskey(another)

    expect(answer.json()).toMatchObject({ code: 'passkey-refused' })
  })

  test('says what to do to whoever has none', async () => {
    const organizer = await anOrganizer(server, { isFresh: false })

    const answer = await organizer.call('POST', 'passkey-challenges')

    expect(answer.json()).toMatchObject({ code: 'passkey-missing' })
  })
})
