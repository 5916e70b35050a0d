import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, lettersTo, TestBrowser } from './browser.ts'

const server = estamos()

beforeEach(() => {
  server.clock.now = new Date('2026-03-02T10:00:00Z')
})

afterEach(() => {
  delete server.clock.now
})

function later(hours: number): void {
  server.clock.now = new Date(server.deps.now().getTime() + hours * 3_600_000)
}

let made = 0
const aSlug = () => `waiting-${(made += 1)}`

/** Somebody whose account is this old adds a first passkey, after an emailed link. */
async function aFirstPasskey({
  organization = aSlug(),
  role = 'owner' as 'owner' | 'editor' | 'viewer',
  hoursOld = 25,
} = {}) {
  const email = await aStranger(server, { organization, role })
  later(hoursOld)
  const browser = new TestBrowser(server)
  await browser.signInByLink(email)
  return { organization, email, browser, passkey: await browser.addPasskey() }
}

/** The link that an email to this address carries. */
async function stopTokenTo(email: string): Promise<string | undefined> {
  const letters = await lettersTo(server, email)
  return letters.flatMap(({ text }) => /\/console\/first-passkey#([\w.-]+)/.exec(text)?.[1] ?? [])[0]
}

const stop = (token = '') => new TestBrowser(server).call('POST', 'passkey-stops', { token })

describe('the first passkey of an account that is older than a day', () => {
  test.each(['owner', 'editor', 'viewer'] as const)(
    'signs the %s in at once, and does more only after 72 hours',
    async (role) => {
      const { browser, passkey, email } = await aFirstPasskey({ role })
      const elsewhere = new TestBrowser(server)

      const signedIn = await elsewhere.signInByPasskey(passkey)
      const tries = [
        await browser.call('POST', 'recovery-codes'),
        await browser.call('POST', 'new-passkey-challenges'),
        await browser.usePasskey(passkey),
        await elsewhere.call('POST', 'recovery-codes'),
        await new TestBrowser(server).signInByLink(email),
      ]
      const { passkeyCountsFrom } = (await browser.call('GET', 'session')).json()
      later(71.9)
      await browser.signInByPasskey(passkey)
      const early = await browser.call('POST', 'recovery-codes')
      later(0.2)
      await browser.signInByPasskey(passkey)
      const inTime = await browser.call('POST', 'recovery-codes')

      expect(signedIn.statusCode).toBe(204)
      expect(tries.map((answer) => answer.json().code)).toEqual([
        'passkey-needed',
        'passkey-needed',
        'passkey-waits',
        'passkey-needed',
        'passkey-required',
      ])
      expect(passkeyCountsFrom).toBe('2026-03-06T11:00:00.000Z')
      expect(early.json().code).toBe('passkey-needed')
      expect(inTime.statusCode).toBe(201)
    },
  )

  test('is announced to its organizer and to the owners of their organizations, and to nobody else', async () => {
    const organization = aSlug()
    const owner = await aStranger(server, { organization })
    const viewer = await aStranger(server, { organization, role: 'viewer' })
    const { email } = await aFirstPasskey({ organization, role: 'editor' })

    const toThemselves = await lettersTo(server, email)
    const toOwner = await lettersTo(server, owner)

    expect(toThemselves[0]?.subject).toBe('A first passkey was added')
    expect(toOwner).toHaveLength(1)
    expect(toOwner[0]?.text).toContain(`the account of ${email}`)
    expect(toOwner[0]?.text).toContain('Friday, March 6, 2026')
    expect(await lettersTo(server, viewer)).toEqual([])
  })

  test.each(['its organizer', 'an owner'])('is removed by %s with the emailed link alone', async (by) => {
    const organization = aSlug()
    const owner = await aPasskeyHolder(server, { organization })
    const { email, browser, passkey } = await aFirstPasskey({ organization, role: 'editor' })
    const token = await stopTokenTo(by === 'an owner' ? owner.email : email)

    const stopped = await stop(token)
    const again = await stop(token)

    expect(stopped.statusCode).toBe(204)
    expect(again.json()).toMatchObject({ code: 'token-expired' })
    expect(await browser.isSignedIn()).toBe(false)
    expect((await new TestBrowser(server).signInByPasskey(passkey)).json()).toMatchObject({
      code: 'passkey-refused',
    })
    expect((await lettersTo(server, email))[0]?.text).toContain('was removed before it counted')
    expect((await new TestBrowser(server).signInByLink(email)).statusCode).toBe(204)
    await owner.browser.signInByPasskey(owner.passkey)
    const { entries } = (await owner.browser.call('GET', `organizations/${organization}/audit`)).json()
    expect(entries.map(({ action }: { action: string }) => action)).toContain('passkey.stop')
  })

  test('is not removed by a link once it counts', async () => {
    const { email, passkey } = await aFirstPasskey()
    const token = await stopTokenTo(email)
    later(72)

    const answer = await stop(token)

    expect(answer.json()).toMatchObject({ code: 'token-expired' })
    expect((await new TestBrowser(server).signInByPasskey(passkey)).statusCode).toBe(204)
  })

  test('is not removed by a link for another passkey, or one that was changed', async () => {
    const { email, passkey: first } = await aFirstPasskey()
    const other = await aFirstPasskey()
    const [id, passkey, mac] = ((await stopTokenTo(email)) ?? '').split('.')
    const [otherId, otherPasskey] = ((await stopTokenTo(other.email)) ?? '').split('.')

    const answers = await Promise.all(
      [`${otherId}.${passkey}.${mac}`, `${id}.${otherPasskey}.${mac}`, `${id}.${passkey}.`, 'x'].map(stop),
    )

    expect(answers.map((answer) => answer.json().code)).toEqual([1, 2, 3, 4].map(() => 'token-invalid'))
    for (const waiting of [first, other.passkey])
      expect((await new TestBrowser(server).signInByPasskey(waiting)).statusCode).toBe(204)
  })

  test('that was removed waits again when another is added', async () => {
    const { email } = await aFirstPasskey()
    await stop(await stopTokenTo(email))
    const browser = new TestBrowser(server)
    await browser.signInByLink(email)

    await browser.addPasskey()

    expect((await browser.call('POST', 'recovery-codes')).json()).toMatchObject({ code: 'passkey-needed' })
  })
})

test.each([
  [23.9, 201],
  [24.1, 403],
])(
  'the first passkey of an account of %d hours answers %d to what needs a passkey',
  async (hoursOld, status) => {
    const { browser } = await aFirstPasskey({ hoursOld })

    const answer = await browser.call('POST', 'recovery-codes')

    expect(answer.statusCode).toBe(status)
  },
)
