import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { forgetLetters } from '../../server/mail/forgetting.ts'
import { settleLetters } from '../../server/mail/settling.ts'
import { mailboxDigest, masked, nameOf, suppressedOf } from '../../server/mail/suppressions.ts'
import { anOpenCampaign, campaignId, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { anEvent, post, sendgridCaller } from './sendgrid-caller.ts'

const sendgrid = sendgridCaller()
const server = estamos({ env: () => ({ SENDGRID_WEBHOOK_KEY: sendgrid.key }) })
const keyless = estamos()

/** Letters to so many, taken by the mail server. @returns their ids */
async function sent(slug: string, people = 1): Promise<string[]> {
  await Promise.all(times(people, (n) => sign(server, slug, { email: `ada${n}@mail.example` })))
  await server.deps.db.execute(sql`
    update letters set state = 'sent', settled_at = now(), sealed = null where campaign_id = ${await campaignId(server, slug)}`)
  return (await ledger(slug)).map(({ id }) => id)
}

async function ledger(slug: string) {
  const { rows } = await server.deps.db.execute<{ id: string; state: string; settled_at: Date | null }>(sql`
    select id, state, settled_at from letters where campaign_id = ${await campaignId(server, slug)}`)
  return rows
}

async function tally(slug: string) {
  const { rows } = await server.deps.db.execute(sql`
    select coalesce(sum(sent), 0)::int as sent, coalesce(sum(delivered), 0)::int as delivered,
      coalesce(sum(bounced), 0)::int as bounced, coalesce(sum(spam_reported), 0)::int as "spamReported"
    from mail_tallies where campaign_id = ${await campaignId(server, slug)}`)
  return rows[0]
}

async function statesOf(slug: string) {
  return (await ledger(slug)).map(({ state }) => state)
}

describe('what SendGrid tells', () => {
  test.each([
    ['delivered', anEvent('delivered', undefined), 'delivered', { delivered: 1 }],
    ['a bounce', anEvent('bounce', undefined), 'bounced', { bounced: 1 }],
    ['a block', anEvent('bounce', undefined, { type: 'blocked' }), 'bounced', { bounced: 1 }],
    ['a letter that was dropped', anEvent('dropped', undefined), 'bounced', { bounced: 1 }],
    [
      'a report of spam',
      anEvent('spamreport', undefined),
      'spam-reported',
      { delivered: 1, spamReported: 1 },
    ],
    ['a deferral', anEvent('deferred', undefined), 'sent', {}],
    ['that it was opened', anEvent('open', undefined), 'sent', {}],
  ])('%s is kept with the letter and counted once', async (_, event, state, counted) => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)

    const answers = [
      await sendgrid.call(server, [{ ...event, letter }]),
      await sendgrid.call(server, [{ ...event, letter, sg_event_id: 'told again' }]),
    ]

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204])
    expect(await statesOf(slug)).toEqual([state])
    expect(await tally(slug)).toEqual({ sent: 0, delivered: 0, bounced: 0, spamReported: 0, ...counted })
  })

  test.each([
    ['bounced', anEvent('bounce', undefined)],
    ['bounced', anEvent('dropped', undefined, { reason: 'Invalid' })],
    ['undelivered', anEvent('bounce', undefined, { type: 'blocked', status: '5.0.0' })],
    ['undelivered', anEvent('bounce', undefined, { status: '5.7.1', reason: '550 5.7.1 Blocked' })],
    ['undelivered', anEvent('bounce', undefined, { status: '5.0.0', reason: '550 sender rejected' })],
    ['undelivered', anEvent('bounce', undefined, { status: '', reason: '' })],
    ['waiting', anEvent('dropped', undefined, { reason: 'Bounced Address' })],
    ['waiting', anEvent('dropped', undefined, { reason: 'Spam Content' })],
  ])('makes the receipt say %s: %o', async (status, event) => {
    const [letter] = await sent(await anOpenCampaign(server))

    await sendgrid.call(server, [{ ...event, letter }])

    const answer = await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${letter}` })
    expect(answer.json()).toEqual({ status })
  })

  test('finds its letter by the Message-ID too', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)

    await sendgrid.call(server, [{ ...anEvent('delivered', letter), letter: undefined }])

    expect(await statesOf(slug)).toEqual(['delivered'])
  })

  test('in another order leads to the same end', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)

    await sendgrid.call(server, [anEvent('spamreport', letter)])
    await sendgrid.call(server, [anEvent('delivered', letter)])
    await sendgrid.call(server, [anEvent('bounce', letter)])

    expect(await statesOf(slug)).toEqual(['spam-reported'])
    expect(await tally(slug)).toMatchObject({ delivered: 1, bounced: 0, spamReported: 1 })
  })

  test('in one call about one letter is taken as its last word', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)

    await sendgrid.call(server, [
      anEvent('bounce', letter),
      anEvent('delivered', letter),
      anEvent('deferred', letter),
    ])

    expect(await statesOf(slug)).toEqual(['bounced'])
    expect(await tally(slug)).toMatchObject({ delivered: 0, bounced: 1 })
  })

  test('of letters that are not known, or of none, is taken without a word', async () => {
    const answer = await sendgrid.call(server, [
      anEvent('delivered', randomUUID()),
      anEvent('bounce', undefined),
      { event: 'group_unsubscribe' },
      { event: 7, letter: ['x'] },
      { letter: "' or true --", event: 'delivered', 'smtp-id': '' },
    ])

    expect(answer.statusCode).toBe(204)
  })

  test('of a thousand letters at once is one statement', async () => {
    const slug = await anOpenCampaign(server)
    const letters = await sent(slug, 1_000)
    const query = vi.spyOn(Object.getPrototypeOf(await aClient()), 'query')
    onTestFinished(() => query.mockRestore())

    const answer = await sendgrid.call(
      server,
      letters.map((letter, n) => anEvent(n % 10 === 0 ? 'bounce' : 'delivered', letter)),
    )

    expect(answer.statusCode).toBe(204)
    // What the server does by itself now and then may fall into the same moment.
    const ofLetters = query.mock.calls.filter((call) => /\bletters\b/.test(JSON.stringify(call)))
    expect(ofLetters).toHaveLength(1)
    expect(await tally(slug)).toMatchObject({ delivered: 900, bounced: 100 })
  })

  test('ten times at the same moment is counted once', async () => {
    const slug = await anOpenCampaign(server)
    const letters = await sent(slug, 50)

    const answers = await Promise.all(
      times(10, () =>
        sendgrid.call(
          server,
          letters.toSorted(() => Math.random() - 0.5).map((letter) => anEvent('delivered', letter)),
        ),
      ),
    )

    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([204]))
    expect(await tally(slug)).toMatchObject({ delivered: 50 })
  })

  test('leaves no address anywhere', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)

    await sendgrid.call(server, [anEvent('bounce', letter, { email: 'very-special@mail.example' })])

    const { rows } = await server.deps.db.execute<{ found: number }>(sql`
      select count(*)::int as found from (select l::text as row from letters l union all select c::text from provider_calls c
        union all select m::text from mail_tallies m union all select j::text from graphile_worker._private_jobs j) all_rows
      where row like '%very-special%'`)
    expect(rows).toEqual([{ found: 0 }])
  })
})

describe('a mailbox', () => {
  test.each([
    ['that is none gets no more mail', anEvent('bounce', undefined), 'bounced'],
    [
      'that SendGrid finds invalid gets no more mail',
      anEvent('dropped', undefined, { reason: 'Invalid' }),
      'bounced',
    ],
    [
      'that SendGrid alone calls an invalid address gets no more mail',
      anEvent('bounce', undefined, { status: '', reason: '550', bounce_classification: 'Invalid Address' }),
      'bounced',
    ],
    ['on SendGrid’s own list may get others', anEvent('dropped', undefined), undefined],
    [
      'of a bounce without a reason may get others',
      anEvent('bounce', undefined, { status: '', reason: '' }),
      undefined,
    ],
    [
      'of a blocklist may get others',
      anEvent('bounce', undefined, { status: '5.0.0', reason: '554 blocked using zen.spamhaus.org' }),
      undefined,
    ],
    ['whose owner called a letter spam gets no more mail', anEvent('spamreport', undefined), 'complained'],
    [
      'that would not have this letter may get others',
      anEvent('bounce', undefined, { type: 'blocked' }),
      undefined,
    ],
    [
      'that is full may get others',
      anEvent('bounce', undefined, { status: '5.2.2', reason: '552 5.2.2 Full' }),
      undefined,
    ],
    [
      'of a server that is against us may get others',
      anEvent('bounce', undefined, { status: '5.7.1', reason: '550 5.7.1 No' }),
      undefined,
    ],
    [
      'whose server was away may get others',
      anEvent('bounce', undefined, { status: '4.4.1', reason: '' }),
      undefined,
    ],
    ['that has its letter may get others', anEvent('delivered', undefined), undefined],
  ])('%s', async (_, event, reason) => {
    const { db, keys } = server.deps
    const slug = await anOpenCampaign(server)
    const [letter = ''] = await sent(slug)
    const digest = mailboxDigest(keys, `${randomUUID()}@mail.example`)
    await db.execute(sql`
      update letters set mailbox_digest = ${masked(keys, letter, digest)} where id = ${letter}`)

    await sendgrid.call(server, [{ ...event, letter }])

    expect((await suppressedOf(db, [digest])).get(nameOf(digest))).toBe(reason)
  })
})

async function claimed(slug: string): Promise<string> {
  await sign(server, slug, { email: 'ada@mail.example' })
  const { rows } = await server.deps.db.execute<{ id: string }>(sql`
    update letters set state = 'claimed', claimed_by = 7
    where campaign_id = ${await campaignId(server, slug)} returning id`)
  return rows[0]?.id ?? ''
}

/** As the worker does that had it under way. */
async function settle(id: string): Promise<void> {
  const at = new Date()
  const attempt = { letter: { id, askedAt: at, attempts: 0 }, worker: 7, outcome: undefined, at }
  await settleLetters(server.deps.db)([attempt])
}

describe('news that comes before the worker has written down that the letter went', () => {
  test('is kept, and the letter counts as sent once', async () => {
    const slug = await anOpenCampaign(server)
    const letter = await claimed(slug)

    await sendgrid.call(server, [anEvent('delivered', letter)])
    await settle(letter)

    expect(await statesOf(slug)).toEqual(['delivered'])
    expect(await tally(slug)).toMatchObject({ sent: 1, delivered: 1 })
  })

  test('or at the same moment, too', async () => {
    const slug = await anOpenCampaign(server)
    const letters = await sent(slug, 60)
    await server.deps.db.execute(sql`
      update letters set state = 'claimed', claimed_by = 7 where campaign_id = ${await campaignId(server, slug)}`)

    await Promise.all(
      letters.flatMap((letter) => [settle(letter), sendgrid.call(server, [anEvent('delivered', letter)])]),
    )

    expect(new Set(await statesOf(slug))).toEqual(new Set(['delivered']))
    expect(await tally(slug)).toMatchObject({ sent: 60, delivered: 60 })
  })

  test('keeps a letter from going twice that a killed worker had under way', async () => {
    const slug = await anOpenCampaign(server)
    await sign(server, slug, { email: 'ada@mail.example' })
    const [letter] = await ledger(slug)
    await sendgrid.call(server, [anEvent('delivered', letter?.id)])
    const way = vi.spyOn(server.deps.mail, 'post')
    onTestFinished(() => way.mockRestore())

    await server.work()

    expect(way).not.toHaveBeenCalled()
  })
})

describe('a call is refused, and nothing follows from it,', () => {
  const attacks: Record<string, (letter: string) => Parameters<typeof post>[1]> = {
    'whose signature is another’s': (letter) =>
      sendgridCaller().signed(JSON.stringify([anEvent('bounce', letter)])),
    'of which one byte was changed': (letter) => {
      const { body, headers } = sendgrid.signed(JSON.stringify([anEvent('deferred', letter)]))
      return { headers, body: body.replace('"deferred"', '"bounced_"') }
    },
    'that was read and written again': (letter) => {
      const { body, headers } = sendgrid.signed(JSON.stringify([anEvent('bounce', letter)], null, 1))
      return { headers, body: JSON.stringify(JSON.parse(body)) }
    },
    'that was signed six minutes ago': (letter) =>
      sendgrid.signed(JSON.stringify([anEvent('bounce', letter)]), new Date(Date.now() - 360_000)),
    'that will be signed in six minutes': (letter) =>
      sendgrid.signed(JSON.stringify([anEvent('bounce', letter)]), new Date(Date.now() + 360_000)),
    'with a newer time than its signature’s': (letter) => {
      const { body, headers } = sendgrid.signed(JSON.stringify([anEvent('bounce', letter)]))
      const timestamp = Number(headers['x-twilio-email-event-webhook-timestamp']) + 1
      return { body, headers: { ...headers, 'x-twilio-email-event-webhook-timestamp': String(timestamp) } }
    },
    'with no signature': (letter) => ({
      body: JSON.stringify([anEvent('bounce', letter)]),
      headers: { 'content-type': 'application/json' },
    }),
    'whose signature is no signature': (letter) => {
      const { body, headers } = sendgrid.signed(JSON.stringify([anEvent('bounce', letter)]))
      return { body, headers: { ...headers, 'x-twilio-email-event-webhook-signature': 'MAYCAQACAQA=' } }
    },
  }
  test.each(Object.entries(attacks))('%s', async (_, attack) => {
    const slug = await anOpenCampaign(server)
    const [letter = ''] = await sent(slug)

    const answer = await post(server, attack(letter))

    expect(answer.statusCode).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(await statesOf(slug)).toEqual(['sent'])
  })

  test('that was taken already', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)
    const call = sendgrid.signed(JSON.stringify([anEvent('bounce', letter)]))
    await post(server, call)
    await server.deps.db.execute(sql`update letters set state = 'sent' where id = ${letter}`)

    const answer = await post(server, call)

    expect(answer.statusCode).toBe(409)
    expect(await statesOf(slug)).toEqual(['sent'])
  })

  test('that was cut off, though signed so', async () => {
    const body = JSON.stringify([anEvent('bounce', randomUUID())]).slice(0, -30)

    const answer = await post(server, sendgrid.signed(body))

    expect(answer.statusCode).toBe(400)
  })

  test.each(['{}', 'null', '"bounce"', ''])('that holds no list: %s', async (body) => {
    const answer = await post(server, sendgrid.signed(body))

    expect(answer.statusCode).toBe(400)
  })

  test('that is larger than any of SendGrid’s', async () => {
    const answer = await post(server, sendgrid.signed(`["${'x'.repeat(10_000_000)}"]`))

    expect(answer.statusCode).toBe(413)
  })

  test('and may come again where it was the database that failed', async () => {
    const slug = await anOpenCampaign(server)
    const [letter] = await sent(slug)
    const call = sendgrid.signed(JSON.stringify([anEvent('delivered', letter)]))
    await server.deps.db.execute(sql`alter table mail_tallies rename to mail_tallies_away`)

    const failed = await post(server, call)
    await server.deps.db.execute(sql`alter table mail_tallies_away rename to mail_tallies`)
    const again = await post(server, call)

    expect([failed.statusCode, again.statusCode]).toEqual([500, 204])
    expect(await tally(slug)).toMatchObject({ delivered: 1 })
  })

  test('by a server without a key: there is nothing at this address', async () => {
    const answer = await sendgrid.call(keyless, [anEvent('bounce', randomUUID())])

    expect(answer.statusCode).toBe(404)
  })
})

async function aClient() {
  const client = await server.deps.db.$client.connect()
  client.release()
  return client
}

test('a call that was taken is remembered for a day: longer than its signature is good, and no longer', async () => {
  server.clock.now = new Date('2026-03-05T12:00:00Z')
  onTestFinished(() => {
    delete server.clock.now
  })
  const remembered = async () => {
    await forgetLetters(server.deps)
    const { rows } = await server.deps.db.execute<{ calls: number }>(sql`
      select count(*)::int as calls from provider_calls where called_at < '2026-03-06'`)
    return rows[0]?.calls
  }
  const events = [anEvent('delivered', randomUUID())]
  const first = await sendgrid.call(server, events, server.clock.now)
  server.clock.now = new Date('2026-03-05T12:04:59Z')
  const again = await sendgrid.call(server, events, new Date('2026-03-05T12:00:00Z'))
  server.clock.now = new Date('2026-03-06T12:00:00Z')
  const aDayLater = await remembered()
  server.clock.now = new Date('2026-03-06T12:00:01Z')

  const then = await remembered()
  const atLast = await sendgrid.call(server, events, new Date('2026-03-05T12:00:00Z'))

  expect([first.statusCode, again.json().code]).toEqual([204, 'call-repeated'])
  expect([aDayLater, then]).toEqual([1, 0])
  expect(atLast.json().code).toBe('call-unsigned')
})
