import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as secure } from 'node:tls'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type BounceReceiver, openBounceReceiver } from '../../server/mail/bounce-receiver.ts'
import type { ReturnPaths } from '../../server/mail/return-paths.ts'
import { smtpMail } from '../../server/mail/smtp.ts'
import { mailboxDigest, nameOf, suppressedOf } from '../../server/mail/suppressions.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { anOpenCampaign, campaignId, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { aNotification, bringBack, type Bringing } from './coming-back.ts'
import { aLetter, send } from './letters.ts'

/** What was said of the way back, with the sender and with the recipient. */
const asked: object[] = []
const inbox = await smtpInbox({
  hideDSN: false,
  onRcptTo({ address, args }, { envelope }, done) {
    asked.push({ from: envelope.mailFrom && envelope.mailFrom.args, to: args })
    const code = address.startsWith('gone') ? '5.1.1 No such user' : '5.7.1 We do not like you'
    const isRefused = /^(gone|disliked)/.test(address)
    done(isRefused ? Object.assign(new Error(code), { responseCode: 550 }) : undefined)
  },
})
const server = estamos({
  env: () => ({ SMTP_URL: inbox.url, BOUNCE_ADDRESS: 'bounces@pledge.example.org' }),
})
let receiver: BounceReceiver
let returnPaths: ReturnPaths

function aReceiver() {
  const { deps, databaseUrl } = server
  return { deps, databaseUrl, returnPaths, host: '127.0.0.1', port: 0 }
}

beforeAll(async () => {
  returnPaths = server.deps.backChannel.returnPaths as ReturnPaths
  receiver = await openBounceReceiver(aReceiver())
})
afterAll(async () => {
  await receiver.close()
  await inbox.close()
})

/** Signs, and lets the letter go. @returns its recipient, where it would come back to, its id and what its mailbox is known by */
async function aLetterSent(slug: string, email = `${randomUUID()}@mail.example`) {
  const { receipt: id } = (await sign(server, slug, { email })).json() as { receipt: string }
  await server.work()
  const digest = mailboxDigest(server.deps.keys, checkedAddress(email).exact)
  return { id, email, to: returnPaths.of(id), digest }
}

function bring(
  to: string,
  raw: string,
  settings: Omit<Bringing, 'port' | 'to' | 'raw'> = {},
): Promise<number> {
  return bringBack({ port: receiver.port, to, raw, ...settings })
}

const inWords = (words: string, headers = 'Subject: failure notice\r\n') =>
  `From: postmaster@mx.example.edu\r\n${headers}\r\n${words}\r\n`

async function stateOf(id: string) {
  const { rows } = await server.deps.db.execute<{ state: string }>(
    sql`select state from letters where id = ${id}`,
  )
  return rows[0]?.state
}

async function reasonOf(digest: Buffer) {
  return (await suppressedOf(server.deps.db, [digest])).get(nameOf(digest))
}

test('each letter has a return path of its own, and asks to be told of failure alone, by its headers', async () => {
  const slug = await anOpenCampaign(server)
  const { id, email, to } = await aLetterSent(slug)

  const message = inbox.received.at(-1)

  expect(message?.envelope.from).toBe(to)
  expect(message?.messageId).toBe(`<${id}@localhost>`)
  expect(to.split('@')[0]?.length).toBeLessThanOrEqual(64)
  expect(asked.at(-1)).toEqual({ from: { RET: 'HDRS' }, to: { NOTIFY: 'FAILURE', ORCPT: `rfc822;${email}` } })
})

test('a mail server that does not offer to tell of failure is not asked to', async () => {
  const said: unknown[] = []
  const plain = await smtpInbox({
    onRcptTo({ args }, { envelope }, done) {
      said.push(envelope.mailFrom && envelope.mailFrom.args, args)
      done()
    },
  })
  onTestFinished(() => plain.close())
  const mail = smtpMail({ url: plain.url, from: 'hello@pledge.example.org', returnPaths })
  onTestFinished(() => mail.close())

  const letter = await aLetter()
  await send(mail, letter)

  expect(plain.received.map(({ envelope }) => envelope.from)).toEqual([returnPaths.of(letter.id)])
  expect(said).toEqual([false, false])
})

/** What comes back to the return path of an email to this address. */
type ComesBack = (email: string) => string

describe('a notification about the email’s own recipient', () => {
  const vague = '5.0.0'
  test.each<[string, ComesBack, string, string | undefined]>([
    ['that there is no such mailbox', (to) => aNotification({ to }), 'bounced', 'bounced'],
    [
      'in the form for international mail',
      (to) => aNotification({ to, final: `utf-8; ${to}`, type: 'message/global-delivery-status' }),
      'bounced',
      'bounced',
    ],
    [
      'with a vague status and a clear diagnostic',
      (to) => aNotification({ to, status: vague, diagnostic: 'smtp; 550 5.1.1 User unknown' }),
      'bounced',
      'bounced',
    ],
    [
      'whose diagnostic goes over several lines',
      (to) =>
        aNotification({
          to,
          status: vague,
          diagnostic: 'smtp; 550-5.1.1 The email\r\n    account does not exist',
        }),
      'bounced',
      'bounced',
    ],
    [
      'that was forwarded, and names whom we wrote to',
      (to) => aNotification({ to: 'elsewhere@forward.example', original: `rfc822;${to}` }),
      'bounced',
      'bounced',
    ],
    ['with no diagnostic', (to) => aNotification({ to, diagnostic: '' }), 'bounced', 'bounced'],
    ['that it is full', (to) => aNotification({ to, status: '5.2.2' }), 'bounced', undefined],
    ['that its server gave up', (to) => aNotification({ to, status: '4.4.7' }), 'bounced', undefined],
    ['of a policy against us', (to) => aNotification({ to, status: '5.7.1' }), 'bounced', undefined],
    [
      'of a blocklist, with a vague status',
      (to) =>
        aNotification({ to, status: vague, diagnostic: 'smtp; 550 5.7.1 blocked using zen.spamhaus.org' }),
      'bounced',
      undefined,
    ],
    [
      'of an administrative prohibition',
      (to) => aNotification({ to, status: vague, diagnostic: 'smtp; 550 Administrative prohibition' }),
      'bounced',
      undefined,
    ],
    [
      'of an Exchange refusal',
      (to) => aNotification({ to, status: '5.2.0', diagnostic: 'smtp; 550 5.2.0 (an Exchange refusal)' }),
      'bounced',
      undefined,
    ],
    [
      'that our sender is rejected',
      (to) => aNotification({ to, status: '5.1.0', diagnostic: 'smtp; 550 sender rejected' }),
      'bounced',
      undefined,
    ],
    [
      'that it takes longer',
      (to) => aNotification({ to, action: 'delayed', status: '4.4.1' }),
      'sent',
      undefined,
    ],
    [
      'that it arrived',
      (to) => aNotification({ to, action: 'delivered', status: '2.0.0' }),
      'delivered',
      undefined,
    ],
    ['that was cut off', (to) => aNotification({ to }).slice(0, 330), 'sent', undefined],
  ])('%s', async (_, comesBack, state, reason) => {
    expect(await outcomeOf(comesBack)).toEqual({ codes: [250, 250], state, reason })
  })
})

describe('a bounce in words', () => {
  test.each<[string, ComesBack, string, string | undefined]>([
    [
      'that names our recipient and no such user',
      (to) => inWords(`550 5.1.1 <${to}>: User unknown`),
      'bounced',
      'bounced',
    ],
    [
      'as qmail writes it',
      (to) =>
        inWords(
          `<${to}>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 No such user\r\nGiving up on 192.0.2.1.`,
        ),
      'bounced',
      'bounced',
    ],
    [
      'as Exim writes it',
      (to) =>
        inWords(
          `The following address failed:\r\n\r\n  ${to}\r\n    SMTP error after RCPT TO:<${to}>:\r\n    550 5.1.1 Recipient address rejected:\r\n    User unknown in virtual alias table`,
        ),
      'bounced',
      'bounced',
    ],
    [
      'that names nobody, with a code alone',
      () => inWords('Remote host said: 550 No such user'),
      'bounced',
      'bounced',
    ],
    [
      'about another recipient',
      () => inWords('550 5.1.1 <other@mail.example>: User unknown'),
      'sent',
      undefined,
    ],
    ['that names nobody and no remote host', () => inWords('550 5.1.1 User unknown'), 'sent', undefined],
    ['that holds something against us', (to) => inWords(`550 5.7.1 <${to}>: Blocked`), 'sent', undefined],
    [
      'of which nobody knows why',
      (to) => inWords(`<${to}>:\r\nRemote host said: 550 Go away`),
      'sent',
      undefined,
    ],
    ['that it may still arrive', (to) => inWords(`451 4.7.1 <${to}>: Greylisted`), 'sent', undefined],
    [
      'that quotes our email',
      (to) => inWords(`<${to}>:\r\n--- Below this line is a copy of the message.\r\n\r\n550 No such user`),
      'sent',
      undefined,
    ],
    ['of nothing at all', () => '\r\n', 'sent', undefined],
    [
      'of bytes',
      () => `Content-Type: multipart/report; boundary=b\r\n\r\n${'--b\r\n'.repeat(9_000)}`,
      'sent',
      undefined,
    ],
  ])('%s', async (_, comesBack, state, reason) => {
    expect(await outcomeOf(comesBack)).toEqual({ codes: [250, 250], state, reason })
  })
})

const bounce = (to: string) => `<${to}>:\r\nRemote host said: 550 5.1.1 No such user`

describe('an automatic reply changes nothing:', () => {
  test.each<[string, ComesBack]>([
    [
      'one that Exchange marks',
      (to) =>
        inWords(
          `I am away this week.\r\nAda <${to}>\r\n550 First Avenue`,
          'Auto-Submitted: auto-generated\r\n',
        ),
    ],
    ['one that nothing marks', (to) => inWords(`I am away this week.\r\nAda <${to}>\r\n550 First Avenue`)],
    ['a date in German', (to) => inWords(`Ich bin bis 5.12.25 nicht im Büro.\r\n${to}`)],
    ['an office', (to) => inWords(`My office is Tower 5.1.112.\r\n${to}`, 'Precedence: auto_reply\r\n')],
    ['an office that looks like a status', (to) => inWords(`My office is 5.1.1.\r\n${to}`)],
    ['a full desk', (to) => inWords(`550 messages wait already.\r\n${to}`)],
    ['a room', (to) => inWords(`Back on 5/5. Room 550 is open.\r\n${to}`)],
    ['our code', (to) => inWords(`> 550 123 is your code\r\n${to}`)],
    ['auto-replied', (to) => inWords(bounce(to), 'Auto-Submitted: auto-replied\r\n')],
    ['auto-generated', (to) => inWords(bounce(to), 'Auto-Submitted: auto-generated\r\n')],
    ['Precedence: bulk', (to) => inWords(bounce(to), 'Precedence: bulk\r\n')],
    ['Precedence: junk', (to) => inWords(bounce(to), 'Precedence: junk\r\n')],
    ['Precedence: auto_reply', (to) => inWords(bounce(to), 'Precedence: auto_reply\r\n')],
    ['X-Autoreply', (to) => inWords(bounce(to), 'X-Autoreply: yes\r\n')],
    ['X-Auto-Response-Suppress', (to) => inWords(bounce(to), 'X-Auto-Response-Suppress: All\r\n')],
    ['a subject in English', (to) => inWords(bounce(to), 'Subject: Automatic reply: One more step\r\n')],
    [
      'a subject in Spanish',
      (to) => inWords(bounce(to), 'Subject: Respuesta =?utf-8?Q?autom=C3=A1tica?=\r\n'),
    ],
    ['out of office', (to) => inWords(bounce(to), 'Subject: Out of Office: back soon\r\n')],
  ])('%s', async (_, comesBack) => {
    expect(await outcomeOf(comesBack)).toEqual({ codes: [250, 250], state: 'sent', reason: undefined })
  })

  test('a bounce in words says that it is none', async () => {
    const outcome = await outcomeOf((to) => inWords(bounce(to), 'Auto-Submitted: no\r\n'))

    expect(outcome).toEqual({ codes: [250, 250], state: 'bounced', reason: 'bounced' })
  })
})

/** It comes twice, the second time to a return path whose case was changed. */
async function outcomeOf(comesBack: ComesBack) {
  const { id, email, to, digest } = await aLetterSent(await anOpenCampaign(server))
  const codes = [await bring(to, comesBack(email)), await bring(to.toUpperCase(), comesBack(email))]
  return { codes, state: await stateOf(id), reason: await reasonOf(digest) }
}

describe('whoever has seen a return path', () => {
  test.each<[string, ComesBack, Omit<Bringing, 'port' | 'to' | 'raw'>]>([
    ['sends a notification under a name', (to) => aNotification({ to }), { from: 'mallory@evil.example' }],
    [
      'sends a bounce in words under a name',
      (to) => inWords(`550 5.1.1 <${to}>: User unknown`),
      { from: 'ada@mail.example' },
    ],
    ['sends a notification about another recipient', () => aNotification({ to: 'other@evil.example' }), {}],
    [
      'names another recipient twice',
      () => aNotification({ to: 'other@evil.example', original: 'rfc822;third@evil.example' }),
      {},
    ],
    ['names no recipient', (to) => aNotification({ to, final: 'x' }), {}],
    [
      'says that it arrived elsewhere',
      () => aNotification({ to: 'other@evil.example', action: 'delivered' }),
      {},
    ],
  ])('silences nobody: %s', async (_, comesBack, settings) => {
    const { id, email, to, digest } = await aLetterSent(await anOpenCampaign(server))

    const code = await bring(to, comesBack(email), settings)

    expect(code).toBe(250)
    expect(await stateOf(id)).toBe('sent')
    expect(await reasonOf(digest)).toBeUndefined()
  })

  test('silences nobody a week after the email', async () => {
    const [old, recent] = [
      await aLetterSent(await anOpenCampaign(server)),
      await aLetterSent(await anOpenCampaign(server)),
    ]
    await server.deps.db.execute(sql`
      update letters set settled_at = now() - interval '169 hours' where id = ${old.id}`)
    await server.deps.db.execute(sql`
      update letters set settled_at = now() - interval '167 hours' where id = ${recent.id}`)

    for (const { to, email } of [old, recent]) await bring(to, aNotification({ to: email }))

    expect([await stateOf(old.id), await stateOf(recent.id)]).toEqual(['sent', 'bounced'])
    expect([await reasonOf(old.digest), await reasonOf(recent.digest)]).toEqual([undefined, 'bounced'])
  })
})

test('an original recipient is recognized as SMTP writes it', async () => {
  const { id, email, to } = await aLetterSent(
    await anOpenCampaign(server),
    `ada+${randomUUID()}@mail.example`,
  )

  await bring(to, aNotification({ to: 'x@forward.example', original: `rfc822;${email.replace('+', '+2B')}` }))

  expect(await stateOf(id)).toBe('bounced')
})

describe('what comes back', () => {
  test.each([
    ['5.1.1', 'bounced'],
    ['5.2.2', 'undelivered'],
    ['4.4.7', 'undelivered'],
    ['5.6.1', 'undelivered'],
    ['5.7.1', 'undelivered'],
    ['5.0.0', 'undelivered'],
  ])('with %s makes the receipt say: %s', async (status, told) => {
    const { id, email, to } = await aLetterSent(await anOpenCampaign(server))

    await bring(to, aNotification({ to: email, status }))

    const answer = await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${id}` })
    expect(answer.json()).toEqual({ status: told })
    expect(await stateOf(id)).toBe('bounced')
  })

  test('is counted once', async () => {
    const slug = await anOpenCampaign(server)
    const { email, to } = await aLetterSent(slug)

    await Promise.all(times(3, () => bring(to, aNotification({ to: email }))))

    const { rows } = await server.deps.db.execute(sql`
      select sent, delivered, bounced from mail_tallies where campaign_id = ${await campaignId(server, slug)}`)
    expect(rows).toEqual([{ sent: 1, delivered: 0, bounced: 1 }])
  })

  test('of a letter that was forgotten changes nothing', async () => {
    const { id, email, to } = await aLetterSent(await anOpenCampaign(server))
    await server.deps.db.execute(sql`delete from letters where id = ${id}`)

    expect(await bring(to, aNotification({ to: email }))).toBe(250)
  })
})

describe('the receiver', () => {
  test.each([
    ['a MAC that is wrong', (to: string) => to.replace(/\.[0-9a-f]{4}/, '.0000')],
    ['another letter’s MAC', (to: string) => to.replace(/\+[0-9a-f]{8}/, '+00000000')],
    ['no MAC', (to: string) => to.replace(/\.[0-9a-f]{16}/, '')],
    ['the bare address', () => 'bounces@pledge.example.org'],
    ['another domain', (to: string) => to.replace('pledge.example.org', 'evil.example')],
    ['somebody else, as through a relay', () => 'victim@mail.example'],
  ])('does not take mail to %s', async (_, other) => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))

    const code = await codeOf(other(to))

    expect(code).toBe(550)
    expect(await stateOf(id)).toBe('sent')
  })

  test('takes one recipient at a time, nobody’s password and nothing large', async () => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))

    const said = await talk([
      'EHLO mx.example.edu',
      'AUTH PLAIN AGEAYg==',
      'MAIL FROM:<> SIZE=600000',
      'MAIL FROM:<>',
      `RCPT TO:<${to}>`,
      `RCPT TO:<${to}>`,
      'DATA',
      `${aNotification()}${'x'.repeat(70)}\r\n`.repeat(1_200) + '\r\n.',
      'QUIT',
    ])

    expect(said.map((line) => line.slice(0, 3))).toEqual([
      '220', '250', '500', '552', '250', '250', '452', '354', '552', '221',
    ]) // prettier-ignore
    expect(await stateOf(id)).toBe('sent')
  })

  test('takes what comes over TLS, under a key that no other process has', async () => {
    const { id, email, to } = await aLetterSent(await anOpenCampaign(server))
    const another = await openBounceReceiver(aReceiver())
    onTestFinished(() => another.close())

    const ofThePackage = Number(new URL(inbox.url).port)

    const code = await bring(to, aNotification({ to: email }), {
      tls: { ignoreTLS: false, requireTLS: true },
    })
    const keys = await Promise.all([receiver.port, another.port, ofThePackage].map(keyAt))

    expect(code).toBe(250)
    expect(await stateOf(id)).toBe('bounced')
    expect(new Set(keys).size).toBe(3)
  })

  test('asks for another try while the database is away, so that nothing is lost', async () => {
    const { id, email, to } = await aLetterSent(await anOpenCampaign(server))
    await server.deps.db.execute(sql`alter table mail_tallies rename to mail_tallies_away`)

    const during = await bring(to, aNotification({ to: email }))
    await server.deps.db.execute(sql`alter table mail_tallies_away rename to mail_tallies`)
    const after = await bring(to, aNotification({ to: email }))

    expect([during, after]).toEqual([451, 250])
    expect(await stateOf(id)).toBe('bounced')
  })
})

describe('connections that say nothing', () => {
  test('one address holds five of them at most, so that another’s bounces come in', async () => {
    const idle = times(60, () =>
      connect(receiver.port, '127.0.0.1')
        .on('error', () => {})
        .resume(),
    )
    onTestFinished(() => idle.forEach((socket) => void socket.destroy()))
    await vi.waitUntil(() => idle.filter(({ closed }) => closed).length >= 55, 5_000)
    const { id, email, to } = await aLetterSent(await anOpenCampaign(server))

    const code = await bring(to, aNotification({ to: email }), { tls: { localAddress: '127.0.0.2' } })

    expect(code).toBe(250)
    expect(await stateOf(id)).toBe('bounced')
  })
})

test.each([
  ['gone', 'bounced'],
  ['disliked', undefined],
])('a mailbox that is refused at once: %s', async (name, reason) => {
  const slug = await anOpenCampaign(server)
  await sign(server, slug, { email: `${name}@mail.example` })

  await server.work()

  expect(await reasonOf(mailboxDigest(server.deps.keys, `${name}@mail.example`))).toBe(reason)
})

/** The public key that a mail server shows after STARTTLS. */
async function keyAt(port: number): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'data')
  socket.write('STARTTLS\r\n')
  await once(socket, 'data')
  const tls = secure({ socket, rejectUnauthorized: false })
  await once(tls, 'secureConnect')
  const key = tls.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  tls.destroy()
  return key
}

/** The code that a recipient is answered with. */
async function codeOf(to: string): Promise<number> {
  const said = await talk(['EHLO mx.example.edu', 'MAIL FROM:<>', `RCPT TO:<${to}>`, 'QUIT'])
  return Number(said[3]?.slice(0, 3))
}

/** Says line after line, and hears the last line of each answer. */
async function talk(lines: string[]): Promise<string[]> {
  const socket = connect(receiver.port, '127.0.0.1').setEncoding('utf8')
  const heard: string[] = []
  let text = ''
  socket.on('data', (piece: string) => {
    text += piece
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      if (line[3] === '-') continue
      heard.push(line)
      const next = lines[heard.length - 1]
      if (next !== undefined) socket.write(`${next}\r\n`)
    }
  })
  await once(socket, 'close')
  return heard
}
