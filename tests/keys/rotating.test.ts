import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bareEnvironment } from '../bare-environment.ts'
import { rotateKeys } from '../../server/keys/rotating.ts'
import { organizerOf } from '../../server/organizers/organizer.ts'
import { openContact } from '../../server/pledges/contact.ts'
import {
  anOpenCampaign,
  anOrganizer,
  asSigner,
  codeFor,
  confirmByToken,
  keyOf,
  letterTo,
  pledge,
  rowOf,
  sign,
  times,
  tokenFor,
  tokenIn,
  tryCode,
} from '../builders.ts'
import { estamos } from '../estamos.ts'
import { aSecret, placesSealedBy, withKeys } from './rotation.ts'

const server = estamos()
const DAY_MS = 24 * 3_600_000
const first = () => server.config.secretKey
const second = aSecret('second')
const third = aSecret('third')

test('after a change of key what was sent and kept before is good, and after the rotation without the old key too', async () => {
  onTestFinished(rotateBack)
  const slug = await anOpenCampaign(server)
  const updates = { updates: true, display: false }
  await pledge(server, slug, { email: 'kept@example.edu', ...updates })
  await sign(server, slug, { email: 'ada@example.edu', ...updates })
  await sign(server, slug, { email: 'bea@example.edu', ...updates })
  await sign(server, slug, { email: 'eve@example.edu' })
  const link = tokenIn((await letterTo(server, 'ada@example.edu'))?.text ?? '', 'confirm')
  const code = await codeFor(server, slug, 'bea@example.edu')
  const stop = /\/stop-mail\/[\w-]+/.exec((await letterTo(server, 'eve@example.edu'))?.text ?? '')?.[0]
  const unsubscribe = await tokenFor(server, slug, { email: 'kept@example.edu', purpose: 'unsubscribe' })
  const old = await tokenFor(server, slug, { purpose: 'my-pledge' })
  const owner = await anOrganizer(server)
  await server.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-links',
    payload: { campaign: slug, email: 'nobody@example.edu' },
  })

  const both = await withKeys(server, { secretKey: second, oldSecretKeys: [first()] })
  const byLink = await confirmByToken(both, link)
  const { resealed, left, oldKeysUntil } = await rotateKeys(both.deps)

  expect(byLink.statusCode).toBe(200)
  expect({ left, failed: resealed.filter(({ failed }) => failed > 0) }).toEqual({ left: [], failed: [] })
  expect(resealed.find(({ what }) => what === 'keys of days')?.resealed).toBe(2)
  expect(oldKeysUntil && oldKeysUntil.getTime() - Date.now()).toBeGreaterThan(6.9 * DAY_MS)
  expect(await placesSealedBy(both, first())).toEqual([])

  const alone = await withKeys(server, { secretKey: second })
  const byCode = await tryCode(alone, slug, code, 'bea@example.edu')
  const held = await (await asSigner(alone, slug, 'ada@example.edu'))('GET')
  const stopped = await alone.app.inject({ method: 'POST', url: stop ?? '', payload: {} })
  const unticked = await alone.app.inject({ method: 'POST', url: `/unsubscribe/${unsubscribe}`, payload: {} })
  const me = await alone.app.inject({ url: '/api/v1/console/session', cookies: { organizer: owner.session } })
  const found = await organizerOf(server.deps.db, alone.deps.keys, owner, server.deps.now())

  expect([byCode.statusCode, held.statusCode, stopped.statusCode, unticked.statusCode]).toEqual([
    200, 200, 200, 200,
  ])
  expect(me.json()).toMatchObject({ organizer: { email: owner.email } })
  expect(found).toBe(owner.id)
  const { rows } = await server.deps.db.execute(sql`select reason from mail_suppressions`)
  expect(rows).toEqual([{ reason: 'asked' }])
  expect((await rowOf(alone, slug, 'kept@example.edu'))?.contact).toBeNull()
  // What only the old key vouches for ends with it.
  const refused = await alone.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token: old },
  })
  expect(refused.json()).toMatchObject({ code: 'token-invalid' })
})

test('a key that the database was not sealed with stops the start, and says what to do', async () => {
  await expect(withKeys(server, { secretKey: second })).rejects.toThrow(/SECRET_KEYS_OLD/)
})

test('a link of another server with the same database and another address is not valid under an old key either', async () => {
  const slug = await anOpenCampaign(server)
  await pledge(server, slug)
  const token = await tokenFor(server, slug, { purpose: 'my-pledge' })
  const elsewhere = { ...server, config: { ...server.config, publicUrl: 'https://other.example.org' } }

  const other = await withKeys(elsewhere, { secretKey: second, oldSecretKeys: [first()] })
  const answer = await other.app.inject({
    method: 'POST',
    url: '/api/v1/my-pledge-sessions',
    payload: { token },
  })

  expect(answer.json()).toMatchObject({ code: 'token-invalid' })
})

test('what no key opens stops no other row, and is told', async () => {
  onTestFinished(rotateBack)
  const [damaged] = [await anOrganizer(server), await anOrganizer(server)]
  await server.deps.db.execute(sql`
    update organizers set contact = set_byte(contact, 1, get_byte(contact, 1) # 255) where id = ${damaged.id}`)

  const next = await withKeys(server, { secretKey: third, oldSecretKeys: [first()] })
  const { resealed, left, oldKeysUntil } = await rotateKeys(next.deps)

  const organizers = resealed.find(({ what }) => what === 'organizers')
  expect(organizers).toMatchObject({ failed: 1, resealed: (organizers?.found ?? 0) - 1 })
  expect({ left, oldKeysUntil }).toEqual({
    left: [{ what: 'organizers', byOthers: 1 }],
    oldKeysUntil: undefined,
  })
  await server.deps.db.execute(sql`
    update organizers set contact = set_byte(contact, 1, get_byte(contact, 1) # 255) where id = ${damaged.id}`)
})

describe('npm run keys:rotate', () => {
  test(
    'killed in the middle goes on where it was, beside another and while people sign',
    { timeout: 90_000 },
    async () => {
      const slug = await anOpenCampaign(server)
      const { db, keys, now } = server.deps
      const many = times(700, (n) => `many${n}@mail.example`)
      const ids = await Promise.all(many.map((email) => organizerOf(db, keys, { email }, now())))
      await sign(server, slug)
      const signing = await withKeys(server, { secretKey: second, oldSecretKeys: [first()] })

      const hand = await db.$client.connect()
      await hand.query('begin')
      await hand.query('select from organizers where id = $1 for update', [Math.max(...ids)])

      const killed = command()
      const exited = once(killed, 'exit')
      await said(killed, /organizers: 500/)
      killed.kill('SIGKILL')
      await exited
      const halfway = await placesSealedBy(server, first())
      await hand.query('rollback')
      hand.release()
      const again = ended(command())
      const beside = rotateKeys(signing.deps)
      await Promise.all(times(50, (n) => sign(signing, slug, { email: `new${n}@mail.example` })))
      const [one, other] = await Promise.all([again, beside])

      expect(halfway).toContain('organizers.contact')
      expect({ code: one.code, left: other.left }).toEqual({ code: 0, left: [] })
      expect(one.words).toContain(
        'Nothing is sealed by an older key any more. Links that one signed hold until',
      )
      expect(await placesSealedBy(server, first())).toEqual([])
      const alone = await withKeys(server, { secretKey: second })
      const opened = await Promise.all(
        ['ada@example.edu', 'new49@mail.example'].map(async (email) =>
          openContact(
            alone.deps.keys,
            await keyOf(alone, slug, email),
            (await rowOf(alone, slug, email))?.contact as Buffer,
          ),
        ),
      )
      expect(opened.map(({ email }) => email)).toEqual(['ada@example.edu', 'new49@mail.example'])
      const found = await Promise.all(many.map((email) => organizerOf(db, alone.deps.keys, { email }, now())))
      expect(found).toEqual(ids)
    },
  )

  test('counts and changes nothing when it is asked to', { timeout: 90_000 }, async () => {
    const count = await server.deps.db.$count(sql`organizers`)

    const counted = await ended(command(['--dry-run'], { SECRET_KEY: third, SECRET_KEYS_OLD: second }))

    expect(count).toBeGreaterThan(700)
    expect(counted).toMatchObject({ code: 0 })
    expect(counted.words).toContain(`organizers: ${count} by an older key`)
    expect(await placesSealedBy(server, third)).toEqual([])
  })
})

/** For the test that follows. */
async function rotateBack(): Promise<void> {
  await rotateKeys((await withKeys(server, { secretKey: first(), oldSecretKeys: [second, third] })).deps)
}

function command(words: string[] = [], env: object = {}): ChildProcess {
  return spawn(process.execPath, ['server/keys-rotate.ts', ...words], {
    env: {
      ...bareEnvironment(),
      SECRET_KEY: second,
      SECRET_KEYS_OLD: first(),
      DATA_DIR: server.config.dataDir,
      DATABASE_URL: server.databaseUrl,
      ...env,
    },
  })
}

async function said(process: ChildProcess, words: RegExp): Promise<void> {
  for await (const piece of process.stdout ?? []) if (words.test(String(piece))) return
  throw new Error('it ended before')
}

async function ended(process: ChildProcess): Promise<{ code: number | null; words: string }> {
  let words = ''
  process.stdout?.on('data', (piece) => (words += piece))
  process.stderr?.on('data', (piece) => (words += piece))
  await once(process, 'close')
  return { code: process.exitCode, words }
}
