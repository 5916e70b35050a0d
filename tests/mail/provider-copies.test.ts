import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { mailboxDigest, masked, nameOf, suppressedOf } from '../../server/mail/suppressions.ts'
import { anOpenCampaign, campaignId, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { sendgridStandIn } from '../sendgrid-stand-in.ts'
import { anEvent, sendgridCaller } from './sendgrid-caller.ts'
import type { SendgridAnswer } from './sendgrid-replies.ts'

const sendgrid = sendgridCaller()
const standIn = await sendgridStandIn()
afterAll(() => standIn.close())
const server = estamos({
  env: () => ({
    SENDGRID_WEBHOOK_KEY: sendgrid.key,
    SENDGRID_API_KEY: standIn.apiKey,
    SENDGRID_BASE_URL: standIn.baseUrl,
  }),
})
const overSmtp = estamos({ env: () => ({ SENDGRID_WEBHOOK_KEY: sendgrid.key }) })

const allowed = ['bounces', 'blocks', 'invalid_emails', 'spam_reports'].map(
  (list) => `suppression.${list}.delete`,
)

beforeEach(async () => {
  await server.deps.db.execute(sql`delete from graphile_worker._private_jobs`)
  standIn.answerWith('accept')
  standIn.deleted.length = 0
  standIn.scopes.splice(0, Infinity, 'mail.send', ...allowed)
})

/** Letters that SendGrid took, each to a mailbox of its own. */
async function sent(people: number, to = server): Promise<{ letter: string; digest: Buffer }[]> {
  const { db, keys } = to.deps
  const slug = await anOpenCampaign(to)
  await Promise.all(times(people, (n) => sign(to, slug, { email: `ada${n}@mail.example` })))
  const { rows } = await db.execute<{ id: string }>(sql`
    update letters set state = 'sent', settled_at = now(), sealed = null
    where campaign_id = ${await campaignId(to, slug)} returning id`)
  const letters = rows.map(({ id }) => ({ letter: id, digest: mailboxDigest(keys, `${id}@mail.example`) }))
  for (const { letter, digest } of letters)
    await db.execute(sql`
      update letters set mailbox_digest = ${masked(keys, letter, digest)} where id = ${letter}`)
  return letters
}

async function jobs(of = server) {
  const { rows } = await of.deps.db.execute<{ row: string; attempts: number }>(sql`
    select j::text as row, attempts
    from graphile_worker._private_jobs j`)
  return rows
}

/** As if the pause before the next attempt were over; `attempts` are behind it. */
async function waited(attempts?: number): Promise<void> {
  await server.deps.db.execute(sql`
    update graphile_worker._private_jobs
    set run_at = now() - interval '1 second', attempts = coalesce(${attempts ?? null}::int, attempts)`)
}

/** All that is said meanwhile. */
function listening() {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  return { said: () => write.mock.calls.map(([line]) => String(line)).join('') }
}

describe('what SendGrid keeps of mailboxes that do not get our letters', () => {
  test('is deleted from the list it is on, once, after we know it ourselves', async () => {
    const letters = await sent(5)
    const [bounced, reported, blocked, dropped, invalid] = letters.map(({ letter }) => letter)
    const events = [
      anEvent('bounce', bounced, { email: 'bounced@mail.example' }),
      anEvent('spamreport', reported, { email: 'reported@mail.example' }),
      anEvent('bounce', blocked, { email: 'blocked@mail.example', type: 'blocked' }),
      anEvent('dropped', dropped, { email: 'bounced@mail.example' }),
      anEvent('dropped', invalid, { email: 'invalid@mail.example', reason: 'Invalid' }),
    ]

    await sendgrid.call(server, events)
    const waiting = await jobs()
    await sendgrid.call(server, [...events, anEvent('processed', undefined)])
    await server.work()

    expect(waiting).toHaveLength(1)
    expect(standIn.deleted).toEqual([
      'bounces bounced@mail.example',
      'blocks blocked@mail.example',
      'invalid_emails invalid@mail.example',
      'spam_reports reported@mail.example',
    ])
    expect(await jobs()).toEqual([])
    const suppressed = await suppressedOf(
      server.deps.db,
      letters.map(({ digest }) => digest),
    )
    expect(letters.map(({ digest }) => suppressed.get(nameOf(digest)))).toEqual([
      'bounced',
      'complained',
      undefined,
      undefined,
      'bounced',
    ])
  })

  test.each<[string, (letter: string | undefined) => object]>([
    ['a letter that arrived', (letter) => anEvent('delivered', letter)],
    ['a letter on its way', (letter) => anEvent('deferred', letter)],
    ['a letter that is not known', () => anEvent('bounce', randomUUID())],
    ['no letter of ours', () => ({ ...anEvent('spamreport', undefined), 'smtp-id': undefined })],
    ['nobody', (letter) => anEvent('bounce', letter, { email: ['ada@mail.example'] })],
    [
      'an old complaint that only SendGrid knows of',
      (letter) => anEvent('dropped', letter, { reason: 'Spam Reporting Address' }),
    ],
  ])('stays at news of %s', async (_, event) => {
    const [{ letter } = { letter: undefined }] = await sent(1)

    await sendgrid.call(server, [event(letter)])

    expect(await jobs()).toEqual([])
  })

  test('stays where we do not know any more whom to spare', async () => {
    const [{ letter } = { letter: '' }] = await sent(1)
    await server.deps.db.execute(sql`update letters set mailbox_digest = null where id = ${letter}`)

    await sendgrid.call(server, [anEvent('spamreport', letter)])

    expect(await jobs()).toEqual([])
  })

  test('is not ours to delete where mail goes out another way', async () => {
    const [{ letter } = { letter: '' }] = await sent(1, overSmtp)

    await sendgrid.call(overSmtp, [anEvent('bounce', letter)])

    expect(await jobs(overSmtp)).toEqual([])
  })
})

/** A job for one address, attempted once while SendGrid answers so. */
async function attempted(answer: SendgridAnswer) {
  const [{ letter } = { letter: '' }] = await sent(1)
  await sendgrid.call(server, [anEvent('bounce', letter, { email: 'very-special@mail.example' })])
  const waiting = await jobs()
  standIn.answerWith(answer)
  await server.work()
  return { waiting, left: await jobs() }
}

describe('a deletion', () => {
  test.each<SendgridAnswer>(['break', 'away', 'too-many', 'hang-up', 'redirect'])(
    'that meets "%s" is tried again, and names nobody anywhere',
    async (answer) => {
      const { said } = listening()
      const { waiting, left } = await attempted(answer)
      standIn.answerWith('accept')
      await server.work()
      const early = [...standIn.deleted]
      await waited()
      await server.work()

      expect(left).toMatchObject([{ attempts: 1 }])
      expect(early).toEqual([])
      expect(standIn.deleted).toEqual(['bounces very-special@mail.example'])
      expect(await jobs()).toEqual([])
      expect(JSON.stringify([waiting, left]) + said()).not.toMatch(/very-special|mail\.example/)
    },
  )

  test('that the key may not make is given up, and says what the key needs', async () => {
    const { said } = listening()
    standIn.scopes.splice(0, Infinity, 'mail.send')

    const { left } = await attempted('accept')

    expect(left).toEqual([])
    expect(standIn.deleted).toEqual([])
    expect(said()).toMatch(/\(403\); give the API key access to Suppressions/)
    expect(said()).not.toContain('very-special')
  })

  test('that failed for a day and a half leaves no address in the queue', async () => {
    const { said } = listening()
    await attempted('break')
    await waited(14)

    await server.work()

    expect(await jobs()).toEqual([])
    expect(said()).toMatch(/stay on SendGrid's suppression lists.*\(500\)/)
  })
})
