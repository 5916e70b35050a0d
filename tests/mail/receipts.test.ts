import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FailureVerdict } from '../../server/mail/classify-failure.ts'
import { mailboxDigest, suppress } from '../../server/mail/suppressions.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { anOpenCampaign, confirm, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'

const server = estamos()
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

async function signed(email: string): Promise<string> {
  return (await sign(server, slug, { email })).json().receipt as string
}

async function ask(receipt: string) {
  return await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${receipt}` })
}

async function bring(receipt: string, state: string, verdict?: FailureVerdict): Promise<void> {
  await server.deps.db.execute(sql`
    update letters set state = ${state}, verdict = ${verdict ?? null}, settled_at = now(), claimed_by = null where id = ${receipt}`)
}

describe('a receipt', () => {
  test.each([
    ['bounced', 'no-such-mailbox', 'bounced'],
    ['refused', 'no-such-mailbox', 'bounced'],
    ['bounced', 'refuses-us', 'undelivered'],
    ['refused', 'refuses-us', 'undelivered'],
    ['queued', 'refuses-us', 'undelivered'],
    ['bounced', 'unknown', 'undelivered'],
    ['refused', 'unknown', 'undelivered'],
    ['refused', 'mailbox-full-or-temporary', 'undelivered'],
    ['queued', 'mailbox-full-or-temporary', 'waiting'],
    ['bounced', undefined, 'waiting'],
    ['refused', undefined, 'waiting'],
  ] as const)('of an email that is %s with %s says %s', async (state, verdict, status) => {
    const receipt = await signed('typo@mail.example')
    const before = await ask(receipt)
    await bring(receipt, state, verdict)

    const after = await ask(receipt)

    expect(before.json()).toEqual({ status: 'waiting' })
    expect(after.json()).toEqual({ status })
    expect(after.headers['cache-control']).toBe('no-store')
  })

  test('says nothing else: not that it went, arrived, is unknown, or what became of the pledge', async () => {
    const confirmedOne = await signed('confirmed@mail.example')
    await confirm(server, slug, 'confirmed@mail.example')
    const again = await signed('confirmed@mail.example')
    const going = await signed('going@mail.example')
    const answers = [await ask(randomUUID()), await ask(confirmedOne), await ask(again)]
    for (const state of ['sent', 'delivered', 'spam-reported']) {
      await bring(going, state)
      answers.push(await ask(going))
    }

    const seen = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      headers: { ...headers, date: '' },
    }))

    expect(seen[0]).toMatchObject({ statusCode: 200, body: '{"status":"waiting"}' })
    for (const one of seen) expect(one).toEqual(seen[0])
  })

  test('of another who signed with the same address does not tell of this one’s letter', async () => {
    const hers = await signed('shared@mail.example')
    const anothers = await signed('shared@mail.example')
    await bring(hers, 'bounced', 'no-such-mailbox')

    const told = await ask(anothers)

    expect(hers).not.toBe(anothers)
    expect(told.json()).toEqual({ status: 'waiting' })
  })

  test.each(['asked', 'complained', 'bounced'] as const)(
    'of a mailbox that gets no more mail, as it %s, is like all others',
    async (reason) => {
      const { db, keys, now } = server.deps
      const digests = [mailboxDigest(keys, checkedAddress(`${reason}@mail.example`).exact)]
      await suppress(db, { digests, reason, at: now() })

      const receipt = await signed(`${reason}@mail.example`)
      await server.work()

      expect((await ask(receipt)).json()).toEqual({ status: 'waiting' })
    },
  )

  test.each(['x', '%00', `${randomUUID()}'`, randomUUID().toUpperCase()])(
    'that is none is refused before anybody looks: %s',
    async (receipt) => {
      expect((await ask(receipt)).statusCode).toBe(400)
    },
  )
})

/** What the mail server says to the next letter, once it knows its reader or all of it. */
let refusal: { at: 'recipient' | 'letter'; code: number; words: string } | undefined

const refused = (at: 'recipient' | 'letter') =>
  refusal?.at === at ? Object.assign(new Error(refusal.words), { responseCode: refusal.code }) : undefined

const inbox = await smtpInbox({
  onRcptTo: (_address, _session, done) => done(refused('recipient')),
  onData(stream, _session, done) {
    void stream.toArray().then(() => done(refused('letter')))
  },
})
const bySmtp = estamos({ env: () => ({ SMTP_URL: inbox.url }) })

afterAll(() => inbox.close())

describe('the receipt of a letter that the mail server refused', () => {
  test.each([
    ['as there is no such mailbox', 'recipient', 550, '5.1.1 No such user', 'refused', 'bounced'],
    ['as the mailbox is full', 'recipient', 552, '5.2.2 Full', 'refused', 'undelivered'],
    ['for its reader, with a bare code', 'recipient', 550, 'No such user', 'refused', 'bounced'],
    ['for its reader, once it had all of it', 'letter', 550, '5.1.1 No such user', 'refused', 'bounced'],
    ['for what stands in it', 'letter', 554, '5.6.0 We do not like this', 'refused', 'undelivered'],
    ['for what stands in it, with a bare code', 'letter', 554, 'Spam', 'refused', 'undelivered'],
    ['for a protocol that we broke', 'recipient', 555, '5.5.4 Unknown parameter', 'refused', 'undelivered'],
    ['for a policy against us', 'recipient', 550, '5.7.1 Not from you', 'queued', 'undelivered'],
  ] as const)('%s', async (_, at, code, words, state, status) => {
    refusal = { at, code, words }
    const { receipt } = (
      await sign(bySmtp, await anOpenCampaign(bySmtp), { email: 'ada@mail.example' })
    ).json()

    await bySmtp.work()

    const answer = await bySmtp.app.inject({ method: 'GET', url: `/api/v1/receipts/${receipt}` })
    const { rows } = await bySmtp.deps.db.execute(sql`select state from letters where id = ${receipt}`)
    expect(answer.json()).toEqual({ status })
    expect(rows).toEqual([{ state }])
    await bySmtp.deps.db.execute(sql`delete from mail_suppressions`)
    await bySmtp.deps.db.execute(sql`delete from mail_allowances`)
  })
})
