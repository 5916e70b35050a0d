import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { remindOfKeys } from '../../server/contacts/key-notices.ts'
import { anOrganizer, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { lettersTo } from '../organizers/browser.ts'
import { aKeyOf, aPair, setKey } from './keys.ts'

const server = estamos()
let made = 0

afterEach(() => {
  delete server.clock.now
})

/** An organization with its first key and two owners who have been there for a while; the clock stands. */
async function anOrganization() {
  const organization = `keys-${(made += 1)}`
  server.clock.now = new Date('2027-01-04T12:00:00Z')
  const [ada, bea] = [
    await anOrganizer(server, { organization }),
    await anOrganizer(server, { organization }),
  ]
  const first = await aKeyOf(ada, organization)
  const at = `organizations/${organization}/keys`
  await passes(80)
  return { organization, ada, bea, first, at }
}

function later(hours: number): void {
  server.clock.now = new Date((server.clock.now ?? new Date()).getTime() + hours * 3_600_000)
}

/** Hours later, everybody has just used her passkey again. */
async function passes(hours: number): Promise<void> {
  later(hours)
  const at = server.clock.now?.toISOString()
  await server.deps.db.execute(sql`update organizer_sessions set used_at = ${at}, passkey_at = ${at}`)
}

async function changesTold(email: string): Promise<string[]> {
  const letters = await lettersTo(server, email)
  return letters
    .map(
      ({ text }) =>
        /A key was set|asked to replace|approved the new key|was taken back/.exec(text)?.[0] ?? '',
    )
    .sort()
}

async function logged(organization: string): Promise<unknown[]> {
  const { rows } = await server.deps.db.execute(sql`
    select action, organizer_id, details->>'fingerprint' as fingerprint from audit_log
    where organization_id = (select id from organizations where slug = ${organization}) order by id`)
  return rows
}

test('the first key counts at once; every owner is told, and the log says whose it was', async () => {
  const { organization, ada, bea, first, at } = await anOrganization()

  expect((await bea.call('GET', at)).json()).toMatchObject({
    current: { fingerprint: first.fingerprint },
    former: [],
  })
  for (const { email } of [ada, bea]) expect(await changesTold(email)).toEqual(['A key was set'])
  expect(await logged(organization)).toEqual([
    { action: 'organization-key.set', organizer_id: ada.id, fingerprint: first.fingerprint },
  ])
})

test('a stolen session without a fresh passkey neither sets, replaces nor approves a key', async () => {
  const { organization, ada, at } = await anOrganization()
  const thief = await anOrganizer(server, { organization, isFresh: false })
  const wanted = aPair()
  await setKey(ada, organization, wanted)

  const set = await setKey(thief, organization)
  const approved = await thief.call('POST', `${at}/${wanted.fingerprint}/approval`)
  const fetched = await setKey(await anOrganizer(server, { organization, role: 'editor' }), organization)

  expect([set, approved, fetched].map((answer) => answer.json().code)).toEqual([
    'passkey-needed',
    'passkey-needed',
    'role-too-low',
  ])
})

test('a key whose private half nobody showed, or that is none, is not set', async () => {
  const { ada, organization } = await anOrganization()
  const someKey = aPair()

  const unproven = await ada.call('POST', `organizations/${organization}/keys`, {
    publicKey: Buffer.from(someKey.publicKey).toString('base64url'),
    wrappedKey: 'A'.repeat(130),
    proof: 'A'.repeat(43),
  })
  const noKey = await ada.call('POST', `organizations/${organization}/key-trials`, {
    publicKey: 'A'.repeat(43),
  })

  expect(unproven.json()).toMatchObject({ status: 422, code: 'key-refused' })
  expect(noKey.json()).toMatchObject({ status: 422, code: 'key-refused' })
})

describe('another key', () => {
  test('waits for 72 hours, then counts, and the old one stays among the former', async () => {
    const { organization, ada, first, at } = await anOrganization()
    const next = aPair()

    const asked = (await setKey(ada, organization, next)).json()
    await passes(71.9)
    const before = (await ada.call('GET', at)).json()
    await passes(0.2)
    const after = (await ada.call('GET', at)).json()

    expect(asked).toMatchObject({
      current: { fingerprint: first.fingerprint },
      waiting: { fingerprint: next.fingerprint, isYours: true, mayApprove: false },
    })
    expect(before.current.fingerprint).toBe(first.fingerprint)
    expect(after.current.fingerprint).toBe(next.fingerprint)
    expect(after.former).toMatchObject([{ fingerprint: first.fingerprint }])
    expect(after.waiting).toBeUndefined()
  })

  test('counts at once where a second owner approves; never by the word of whoever asked', async () => {
    const { organization, ada, bea, at } = await anOrganization()
    const next = aPair()
    await setKey(ada, organization, next)

    const own = await ada.call('POST', `${at}/${next.fingerprint}/approval`)
    const hers = await bea.call('POST', `${at}/${next.fingerprint}/approval`)

    expect(own.json()).toMatchObject({ code: 'approval-not-hers' })
    expect(hers.json()).toMatchObject({ current: { fingerprint: next.fingerprint } })
    expect(await changesTold(ada.email)).toEqual([
      'A key was set',
      'approved the new key',
      'asked to replace',
    ])
    expect(await logged(organization)).toMatchObject([
      { action: 'organization-key.set' },
      { action: 'organization-key.replace', organizer_id: ada.id, fingerprint: next.fingerprint },
      { action: 'organization-key.approve', organizer_id: bea.id, fingerprint: next.fingerprint },
    ])
  })

  test('is not approved by an owner who came in a moment before it was asked for', async () => {
    const { organization, ada, at } = await anOrganization()
    const friend = await anOrganizer(server, { organization })
    const next = aPair()
    await setKey(ada, organization, next)

    const answer = await friend.call('POST', `${at}/${next.fingerprint}/approval`)

    expect(answer.json()).toMatchObject({ status: 403, code: 'approval-not-hers' })
  })

  test('is not approved by a member of long standing who became an owner a moment before', async () => {
    const { organization, ada, at } = await anOrganization()
    const viewer = await anOrganizer(server, { organization, role: 'viewer' })
    await passes(80)
    await ada.call('PATCH', `organizations/${organization}/members/${viewer.id}`, { role: 'owner' })
    const next = aPair()
    await setKey(ada, organization, next)

    const answer = await viewer.call('POST', `${at}/${next.fingerprint}/approval`)

    expect(answer.json()).toMatchObject({ status: 403, code: 'approval-not-hers' })
  })

  test('is taken back by any owner, tells all of them, and was never anybody’s key', async () => {
    const { organization, ada, bea, first, at } = await anOrganization()
    const next = aPair()
    await setKey(ada, organization, next)

    const cancelled = await bea.call('DELETE', `${at}/${next.fingerprint}`)
    await passes(72)

    expect(cancelled.json()).toEqual({
      current: { fingerprint: first.fingerprint, since: expect.any(String) },
      former: [],
    })
    expect((await ada.call('GET', at)).json()).toMatchObject({ current: { fingerprint: first.fingerprint } })
    expect((await bea.call('DELETE', `${at}/${first.fingerprint}`)).json()).toMatchObject({
      code: 'not-found',
    })
    expect(await changesTold(ada.email)).toContain('was taken back')
  })

  test('is one: of several that are asked for at the same moment, one waits', async () => {
    const { organization, ada, bea } = await anOrganization()

    const answers = await Promise.all(times(4, (n) => setKey(n % 2 ? ada : bea, organization)))

    const codes = answers.map((answer) => answer.json().code ?? 'asked').sort()
    expect(codes).toEqual(['asked', 'key-waiting', 'key-waiting', 'key-waiting'])
  })

  test('is told of every day while it waits, and shown in the console to all members', async () => {
    const { organization, ada, bea } = await anOrganization()
    const next = aPair()
    await setKey(ada, organization, next)
    await passes(24)

    await remindOfKeys(server.deps)

    expect(await changesTold(bea.email)).toEqual(['A key was set', 'asked to replace', 'asked to replace'])
    const { organizations } = (await bea.call('GET', 'session')).json()
    expect(organizations).toMatchObject([{ slug: organization, newKey: { fingerprint: next.fingerprint } }])
  })
})
