import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { remindOfResets } from '../../server/organizers/reset-notices.ts'
import { times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aPasskeyHolder, aStranger, join, lettersTo, TestBrowser } from './browser.ts'

const server = estamos()

afterEach(() => {
  delete server.clock.now
})

function later(hours: number): void {
  server.clock.now = new Date((server.clock.now ?? new Date()).getTime() + hours * 3_600_000)
}

async function withCodes() {
  const holder = await aPasskeyHolder(server)
  const { codes } = (await holder.browser.call('POST', 'recovery-codes')).json() as { codes: string[] }
  return { ...holder, codes }
}

/** How often somebody was told that passkeys are about to be replaced. */
async function notices(email: string): Promise<number> {
  const letters = await lettersTo(server, email)
  return letters.filter(({ subject }) => subject === 'Passkeys are about to be replaced').length
}

describe('a recovery code', () => {
  test('is one of ten of 120 bits, shown once and kept as a hash', async () => {
    const { codes, browser } = await withCodes()

    const account = await browser.call('GET', 'account')
    const { rows } = await server.deps.db.execute(sql`select recovery_codes::text as row from recovery_codes`)

    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(account.json()).toMatchObject({ recoveryCodes: 10 })
    expect(account.body).not.toContain(codes[0])
    expect(JSON.stringify(rows)).not.toContain(codes[0]?.slice(0, 9))
  })

  test('with the emailed link lets her in once, however it is typed, and add a passkey', async () => {
    const { email, codes } = await withCodes()
    const browser = new TestBrowser(server)
    const typed = (codes[3] ?? '').toLowerCase().replaceAll('-', ' ').replace('0', 'o').replace('1', 'l')

    const first = await browser.signInByLink(email, { recoveryCode: typed })
    const again = await new TestBrowser(server).signInByLink(email, { recoveryCode: typed })
    const codesBefore = await browser.call('POST', 'recovery-codes')
    const passkey = await browser.addPasskey()

    expect(first.statusCode).toBe(204)
    expect(again.json()).toMatchObject({ code: 'recovery-code-wrong', field: 'recoveryCode' })
    expect(codesBefore.json()).toMatchObject({ code: 'passkey-needed' })
    expect((await new TestBrowser(server).signInByPasskey(passkey)).statusCode).toBe(204)
    expect((await browser.call('GET', 'account')).json()).toMatchObject({ recoveryCodes: 9 })
    expect((await lettersTo(server, email)).map(({ text }) => text).join()).toContain(
      'an emailed link and one of your recovery codes',
    )
  })

  test('that is wrong leaves the link as it was', async () => {
    const { email, codes } = await withCodes()
    const browser = new TestBrowser(server)
    const link = await browser.askForLink(email)

    const wrong = await browser.call('POST', 'sessions', { link, recoveryCode: 'AAAA-AAAA' })
    const right = await browser.call('POST', 'sessions', { link, recoveryCode: codes[0] })

    expect(wrong.json()).toMatchObject({ code: 'recovery-code-wrong' })
    expect(right.statusCode).toBe(204)
  })

  test('alone, or of somebody else, is worth nothing', async () => {
    const { codes } = await withCodes()
    const { email } = await withCodes()
    const browser = new TestBrowser(server)

    const others = await browser.signInByLink(email, { recoveryCode: codes[0] })
    const alone = await browser.call('POST', 'sessions', { recoveryCode: codes[0] })

    expect(others.json()).toMatchObject({ code: 'recovery-code-wrong' })
    expect(alone.statusCode).toBe(400)
  })

  test('used by two links at the same moment lets one in', async () => {
    const { email, codes } = await withCodes()
    const pair = [new TestBrowser(server), new TestBrowser(server)]
    const links = [await pair[0]?.askForLink(email), await pair[1]?.askForLink(email)]

    const answers = await Promise.all(
      pair.map((browser, at) =>
        browser.call('POST', 'sessions', { link: links[at], recoveryCode: codes[0] }),
      ),
    )

    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, 422])
  })

  test('opens the way to a new passkey for half an hour', async () => {
    server.clock.now = new Date()
    const { email, codes } = await withCodes()
    const browser = new TestBrowser(server)
    await browser.signInByLink(email, { recoveryCode: codes[0] })

    later(0.6)
    const answer = await browser.call('POST', 'new-passkey-challenges')

    expect(answer.json()).toMatchObject({ code: 'passkey-needed' })
  })

  test('is not good any more once new ones were made', async () => {
    const { email, codes, browser } = await withCodes()
    await browser.call('POST', 'recovery-codes')

    const answer = await new TestBrowser(server).signInByLink(email, { recoveryCode: codes[0] })

    expect(answer.json()).toMatchObject({ code: 'recovery-code-wrong' })
  })
})

/** Somebody in an organization of its own, who lost her passkey, with the owner who knows her. */
async function somebodyWhoLostIt() {
  const organization = `org-${Math.random().toString(36).slice(2, 9)}`
  const owner = await aPasskeyHolder(server, { organization })
  const lost = await aPasskeyHolder(server, { organization, role: 'editor' })
  const browser = new TestBrowser(server)
  const asked = await browser.call('POST', 'passkey-resets', { link: await browser.askForLink(lost.email) })
  const ofLost = `organizations/${organization}/passkey-resets/${lost.id}`
  return { organization, owner, lost, browser, asked, ofLost }
}

describe('a lost passkey', () => {
  test('is given up after 72 hours, and then the link lets her in and the old passkey does not', async () => {
    server.clock.now = new Date('2026-03-02T10:00:00Z')
    const { lost, browser, asked } = await somebodyWhoLostIt()
    const codes = await lost.browser.call('POST', 'recovery-codes')

    later(71.9)
    const early = await browser.signInByLink(lost.email)
    later(0.2)
    const link = await browser.askForLink(lost.email)
    const offer = await browser.call('POST', 'sign-in-offers', { link })
    const answer = await browser.call('POST', 'sessions', { link })

    expect(asked.json()).toEqual({ takesEffectAt: '2026-03-05T10:00:00.000Z' })
    expect(codes.statusCode).toBe(201)
    expect(early.json()).toMatchObject({ code: 'passkey-required' })
    expect(offer.json()).toMatchObject({ isEnough: true, reset: { isEffective: true } })
    expect(answer.statusCode).toBe(204)
    expect((await new TestBrowser(server).signInByPasskey(lost.passkey)).statusCode).toBe(403)
    expect(await lost.browser.isSignedIn()).toBe(false)
    expect((await browser.call('GET', 'account')).json()).toMatchObject({ passkeys: [], recoveryCodes: 0 })
    await browser.addPasskey()
    expect((await browser.call('POST', 'recovery-codes')).statusCode).toBe(201)
    expect((await new TestBrowser(server).signInByLink(lost.email)).statusCode).toBe(403)
  })

  test('is told to her and to every owner, at once and every day', async () => {
    server.clock.now = new Date('2026-03-02T10:00:00Z')
    const { organization, owner, lost } = await somebodyWhoLostIt()
    const viewer = await aStranger(server, { organization, role: 'viewer' })
    const all = async () => [await notices(lost.email), await notices(owner.email), await notices(viewer)]

    const atOnce = await all()
    later(1)
    await remindOfResets(server.deps)
    const anHourLater = await all()
    later(22)
    await remindOfResets(server.deps)
    const nextDay = await all()
    const [toOwner] = await lettersTo(server, owner.email)

    expect(atOnce).toEqual([1, 1, 0])
    expect(anHourLater).toEqual(atOnce)
    expect(nextDay).toEqual([2, 2, 0])
    expect(toOwner?.text).toContain(`the mail of ${lost.email}`)
    expect(toOwner?.text).toContain('Thursday, March 5, 2026')
  })

  test('asked for again changes nothing', async () => {
    server.clock.now = new Date('2026-03-02T10:00:00Z')
    const { browser, lost } = await somebodyWhoLostIt()

    later(48)
    const link = await browser.askForLink(lost.email)
    const again = await browser.call('POST', 'passkey-resets', { link })

    expect(again.json()).toEqual({ takesEffectAt: '2026-03-05T10:00:00.000Z' })
  })

  test('another owner’s word, with a fresh passkey, opens the way at once', async () => {
    const { owner, lost, browser, ofLost } = await somebodyWhoLostIt()
    const listed = (await owner.browser.call('GET', 'account')).json()

    const approved = await owner.browser.call('POST', `${ofLost}/approval`)
    const answer = await browser.signInByLink(lost.email)

    expect(listed).toMatchObject({
      resetsOfOthers: [{ organizer: lost.id, email: lost.email, mayApprove: true }],
    })
    expect(approved.statusCode).toBe(204)
    expect(answer.statusCode).toBe(204)
    const { rows } = await server.deps.db.execute(sql`
      select organizer_id, details from audit_log where action = 'passkey-reset.approve' order by id desc limit 1`)
    expect(rows).toEqual([{ organizer_id: owner.id, details: { organizer: lost.id } }])
  })

  test('is not for a stale session, an editor, a stranger, or herself to approve', async () => {
    server.clock.now = new Date()
    const { organization, owner, lost, ofLost } = await somebodyWhoLostIt()
    const editor = await aPasskeyHolder(server, { organization, role: 'editor' })
    const stranger = await aPasskeyHolder(server, { organization: 'elsewhere' })

    const byHerself = await lost.browser.call('POST', `${ofLost}/approval`)
    const byEditor = await editor.browser.call('POST', `${ofLost}/approval`)
    const byStranger = await stranger.browser.call('POST', `${ofLost}/approval`)
    const fromElsewhere = await stranger.browser.call(
      'POST',
      `organizations/elsewhere/passkey-resets/${lost.id}/approval`,
    )
    later(0.2)
    const stale = await owner.browser.call('POST', `${ofLost}/approval`)

    expect(byHerself.json()).toMatchObject({ code: 'role-too-low' })
    expect(byEditor.json()).toMatchObject({ code: 'role-too-low' })
    expect(byStranger.json()).toMatchObject({ code: 'not-found' })
    expect(fromElsewhere.json()).toMatchObject({ code: 'not-found' })
    expect(stale.json()).toMatchObject({ code: 'passkey-needed' })
  })

  test('cannot be approved by the owner of only a part of what she works for', async () => {
    const { owner, lost, ofLost } = await somebodyWhoLostIt()
    await join(server, lost.id, { role: 'owner', organization: `hers-${lost.id}` })

    const listed = (await owner.browser.call('GET', 'account')).json()
    const answer = await owner.browser.call('POST', `${ofLost}/approval`)

    expect(listed).toMatchObject({ resetsOfOthers: [{ mayApprove: false }] })
    expect(answer.json()).toMatchObject({ code: 'approval-not-hers' })
  })

  test.each(['herself', 'an owner', 'her passkey, by being used'] as const)(
    'is taken back by %s',
    async (by) => {
      server.clock.now = new Date()
      const { owner, lost, browser, ofLost } = await somebodyWhoLostIt()
      expect((await lost.browser.call('GET', 'session')).json()).toHaveProperty('passkeyReset')

      const answer =
        by === 'herself'
          ? await lost.browser.call('DELETE', 'passkey-reset')
          : by === 'an owner'
            ? await owner.browser.call('DELETE', ofLost)
            : await new TestBrowser(server).signInByPasskey(lost.passkey)
      later(73)

      expect(answer.statusCode).toBe(204)
      expect((await browser.signInByLink(lost.email)).json()).toMatchObject({ code: 'passkey-required' })
      expect((await lettersTo(server, lost.email)).map(({ text }) => text).join()).toContain('was taken back')
    },
  )

  test('is not asked for without a link, nor with one in another browser, nor for whoever has none', async () => {
    const { email } = await aPasskeyHolder(server)
    const link = await new TestBrowser(server).askForLink(email)
    const newcomer = new TestBrowser(server)
    const toNewcomer = await newcomer.askForLink(await aStranger(server))

    const elsewhere = await new TestBrowser(server).call('POST', 'passkey-resets', { link })
    const none = await newcomer.call('POST', 'passkey-resets', { link: toNewcomer })
    const without = await newcomer.call('POST', 'passkey-resets', {})

    expect(elsewhere.json()).toMatchObject({ code: 'token-invalid' })
    expect(none.json()).toMatchObject({ code: 'passkey-missing' })
    expect(without.statusCode).toBe(400)
  })

  test('that nobody came through for a week has lapsed', async () => {
    server.clock.now = new Date()
    const { lost, browser } = await somebodyWhoLostIt()

    later(72 + 7 * 24 + 0.1)
    const answer = await browser.signInByLink(lost.email)

    expect(answer.json()).toMatchObject({ code: 'passkey-required' })
  })

  test('lets one in, of many who press at the same moment', async () => {
    server.clock.now = new Date()
    const { lost } = await somebodyWhoLostIt()
    later(73)
    const pressed = []
    for (const browser of times(3, () => new TestBrowser(server)))
      pressed.push({ browser, link: await browser.askForLink(lost.email) })

    const answers = await Promise.all(
      pressed.map(({ browser, link }) => browser.call('POST', 'sessions', { link })),
    )

    expect(answers.every(({ statusCode }) => statusCode === 204)).toBe(true)
    const { rows } = await server.deps.db.execute(sql`
      select organizer_id from passkey_resets where organizer_id = ${lost.id}`)
    expect(rows).toEqual([])
  })
})
