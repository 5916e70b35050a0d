import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as secure } from 'node:tls'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type BounceReceiver, openBounceReceiver } from '../../server/mail/bounce-receiver.ts'
import type { ReturnPaths } from '../../server/mail/return-paths.ts'
import { smtpMail } from '../../server/mail/smtp.ts'
import { mailboxDigest, nameOf, suppressedOf } from '../../server/mail/suppressions.ts'
import { checkedAddress } from '../../server/pledges/address.ts'
import { anOpenCampaign, campaignId, sign } from '../builders.ts'
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

/** Signs, and lets the letter go. @returns where it would come back to, its id and what its mailbox is known by */
async function aLetterSent(slug: string) {
  const email = `${randomUUID()}@mail.example`
  const { receipt: id } = (await sign(server, slug, { email })).json() as { receipt: string }
  await server.work()
  const digest = mailboxDigest(server.deps.keys, checkedAddress(email).exact)
  return { id, to: returnPaths.of(id), digest }
}

function bring(
  to: string,
  raw: string,
  settings: Omit<Bringing, 'port' | 'to' | 'raw'> = {},
): Promise<number> {
  return bringBack({ port: receiver.port, to, raw, ...settings })
}

const inWords = (words: string, headers = '') =>
  `From: postmaster@mx.example.edu\r\nSubject: failure notice\r\n${headers}\r\n${words}\r\n`

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
  const { id, to } = await aLetterSent(slug)

  const message = inbox.received.at(-1)

  expect(message?.envelope.from).toBe(to)
  expect(message?.messageId).toBe(`<${id}@localhost>`)
  expect(to.split('@')[0]?.length).toBeLessThanOrEqual(64)
  expect(asked.at(-1)).toEqual({ from: { RET: 'HDRS' }, to: { NOTIFY: 'FAILURE' } })
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

describe('what comes back', () => {
  test.each([
    ['a notification that there is no such mailbox', aNotification(), 'bounced', 'bounced'],
    ['one that it is full', aNotification({ status: '5.2.2' }), 'bounced', undefined],
    ['one that its server gave up', aNotification({ status: '4.4.7' }), 'bounced', undefined],
    [
      'one that the server holds something against us',
      aNotification({ status: '5.7.1' }),
      'bounced',
      undefined,
    ],
    ['one that it takes longer', aNotification({ action: 'delayed', status: '4.4.1' }), 'sent', undefined],
    ['one that it arrived', aNotification({ action: 'delivered', status: '2.0.0' }), 'delivered', undefined],
    ['a bounce in words', inWords('550 5.1.1 <ada@mail.example>: unknown'), 'bounced', 'bounced'],
    ['an old one with a code alone', inWords('Remote host said: 550 No such user'), 'bounced', 'bounced'],
    ['one in words that it may still arrive', inWords('451 4.7.1 Greylisted'), 'sent', undefined],
    ['an answer out of office', inWords('Back on 5/5. Room 550 is open.'), 'sent', undefined],
    ['one that quotes our code', inWords('> 550 123 is your code'), 'sent', undefined],
    [
      'an answer by a robot that quotes a code',
      inWords('550 5.1.1 unknown', 'Auto-Submitted: auto-replied\r\n'),
      'sent',
      undefined,
    ],
    ['nothing at all', '\r\n', 'sent', undefined],
    ['a notification that was cut off', aNotification().slice(0, 330), 'sent', undefined],
    [
      'bytes',
      `Content-Type: multipart/report; boundary=b\r\n\r\n${'--b\r\n'.repeat(9_000)}`,
      'sent',
      undefined,
    ],
  ])('%s', async (_, raw, state, reason) => {
    const { id, to, digest } = await aLetterSent(await anOpenCampaign(server))

    const codes = [await bring(to, raw), await bring(to.toUpperCase(), raw)]

    expect(codes).toEqual([250, 250])
    expect(await stateOf(id)).toBe(state)
    expect(await reasonOf(digest)).toBe(reason)
  })

  test('from a person, and not from a server, counts for nothing', async () => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))

    await bring(to, inWords('Your robot says 550 5.1.1, what is that?'), { from: 'ada@mail.example' })

    expect(await stateOf(id)).toBe('sent')
  })

  test.each([
    ['5.1.1', 'bounced'],
    ['5.2.2', 'bounced'],
    ['4.4.7', 'bounced'],
    ['5.6.1', 'waiting'],
    ['5.7.1', 'waiting'],
  ])('with %s makes the receipt say: %s', async (status, told) => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))

    await bring(to, aNotification({ status }))

    const answer = await server.app.inject({ method: 'GET', url: `/api/v1/receipts/${id}` })
    expect(answer.json()).toEqual({ status: told })
    expect(await stateOf(id)).toBe('bounced')
  })

  test('is counted once', async () => {
    const slug = await anOpenCampaign(server)
    const { to } = await aLetterSent(slug)

    await Promise.all([bring(to, aNotification()), bring(to, aNotification()), bring(to, aNotification())])

    const { rows } = await server.deps.db.execute(sql`
      select sent, delivered, bounced from mail_tallies where campaign_id = ${await campaignId(server, slug)}`)
    expect(rows).toEqual([{ sent: 1, delivered: 0, bounced: 1 }])
  })

  test('of a letter that was forgotten changes nothing', async () => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))
    await server.deps.db.execute(sql`delete from letters where id = ${id}`)

    expect(await bring(to, aNotification())).toBe(250)
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
    const { id, to } = await aLetterSent(await anOpenCampaign(server))
    const another = await openBounceReceiver(aReceiver())
    onTestFinished(() => another.close())

    const ofThePackage = Number(new URL(inbox.url).port)

    const code = await bring(to, aNotification(), { tls: { ignoreTLS: false, requireTLS: true } })
    const keys = await Promise.all([receiver.port, another.port, ofThePackage].map(keyAt))

    expect(code).toBe(250)
    expect(await stateOf(id)).toBe('bounced')
    expect(new Set(keys).size).toBe(3)
  })

  test('asks for another try while the database is away, so that nothing is lost', async () => {
    const { id, to } = await aLetterSent(await anOpenCampaign(server))
    await server.deps.db.execute(sql`alter table mail_tallies rename to mail_tallies_away`)

    const during = await bring(to, aNotification())
    await server.deps.db.execute(sql`alter table mail_tallies_away rename to mail_tallies`)
    const after = await bring(to, aNotification())

    expect([during, after]).toEqual([451, 250])
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
