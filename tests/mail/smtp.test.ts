import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { onlyToItsRecipient } from '../../server/mail/message.ts'
import { smtpMail } from '../../server/mail/smtp.ts'
import { times } from '../builders.ts'
import { smtpInbox } from '../smtp-inbox.ts'
import { localhost, trustLocalhost } from './certificate.ts'
import { aLetter, allOf, failureOf, from, hostileAddresses, send } from './letters.ts'

async function anInbox(options?: SMTPServerOptions) {
  const inbox = await smtpInbox(options)
  onTestFinished(() => inbox.close())
  return inbox
}

/** A server that does with each connection whatever the test wants. */
async function aServer(talk: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => talk(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function mailTo(url: string, timeLimit = 5_000) {
  const mail = smtpMail({ url, from, timeLimit })
  onTestFinished(() => mail.close())
  return mail
}

/** A server that answers each recipient with this code, and repeats the address as real ones do. */
function refusing(responseCode: number, words = ''): SMTPServerOptions {
  return {
    hideENHANCEDSTATUSCODES: words !== '',
    onRcptTo({ address }, _session, done) {
      done(Object.assign(new Error(`${words}<${address}> mailbox unavailable`), { responseCode }))
    },
  }
}

describe('a letter that goes', () => {
  test.for(['en', 'es'])(
    'arrives as HTML and text, in %s, in an envelope with one recipient',
    async (locale) => {
      const inbox = await anInbox()
      const letter = await aLetter({ locale })

      await send(mailTo(inbox.url), letter)

      const received = await inbox.next('ada@gatech.edu')
      expect(received.envelope).toEqual({ from: 'hello@pledge.example.org', to: ['ada@gatech.edu'] })
      expect(received.to).toEqual([{ name: '', address: 'ada@gatech.edu' }])
      expect(received.subject).toBe(letter.subject)
      expect(received.html?.trim().replaceAll('\r\n', '\n')).toBe(letter.html.trim())
      expect(received.text?.trim()).toBe(letter.text.trim())
    },
  )

  test('holds its own values in place of marks, in subject, HTML and text, and the name that was chosen', async () => {
    const inbox = await anInbox()
    const words = 'Your link: %own.confirmUrl% and %own.other%'
    const own = { confirmUrl: 'https://pledge.example.org/confirm/$&-1' }

    await send(
      mailTo(inbox.url),
      await aLetter({
        own,
        subject: words,
        text: words,
        html: `<p>${words}</p>`,
        fromName: '“Ñandú” <x@y.z>',
      }),
    )

    const received = await inbox.next('ada@gatech.edu')
    const said = 'Your link: https://pledge.example.org/confirm/$&-1 and %own.other%'
    expect([received.subject, received.text?.trim(), received.html?.trim()]).toEqual([
      said,
      said,
      `<p>${said}</p>`,
    ])
    expect(received.from).toEqual({ name: '“Ñandú” <x@y.z>', address: 'hello@pledge.example.org' })
    expect(received.envelope.from).toBe('hello@pledge.example.org')
  })

  test.for([
    'Ada.Lovelace+pledge@cc.gatech.edu',
    "o'brien_1=2@x.edu",
    '!#$%&*/?^`{|}~@x.edu',
    'ada@xn--mgbh0fb.example',
  ])('goes to %s as it is spelled', async (to) => {
    const inbox = await anInbox()

    await send(mailTo(inbox.url), await aLetter({ to }))

    expect((await inbox.next(to)).envelope.to).toEqual([to])
  })

  test('has no header that tells more than its reader needs', async () => {
    const inbox = await anInbox()

    await send(mailTo(inbox.url), await aLetter({ locale: 'es' }))

    const { headers } = await inbox.next('ada@gatech.edu')
    const byName = Object.fromEntries(headers.map(({ key, value }) => [key, value]))
    expect(byName).toEqual({
      from: 'Estamos <hello@pledge.example.org>',
      to: 'ada@gatech.edu',
      subject: 'Confirma tu firma',
      'message-id': '<3f2a7b1c-0000-4000-8000-000000000000@pledge.example.org>',
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'content-language': 'es',
      date: expect.any(String),
      'mime-version': '1.0',
      'content-type': expect.stringContaining('multipart/alternative'),
    })
  })

  test('many at once each reach their own mailbox', async () => {
    const inbox = await anInbox()
    const mail = mailTo(inbox.url)
    const people = Array.from({ length: 30 }, (_, i) => `student${i}@gatech.edu`)

    await Promise.all(people.map(async (to) => send(mail, await aLetter({ to }))))

    expect(inbox.received.map(({ envelope }) => envelope.to).sort()).toEqual(people.map((to) => [to]).sort())
  })
})

describe('an address that could be read in two ways', () => {
  test.for(hostileAddresses)('%j is refused for good, and nothing reaches the server', async (to) => {
    const inbox = await anInbox()

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter({ to })))

    expect(failure).toMatchObject({ code: 'letter-unsafe', isPermanent: true })
    expect(inbox.received).toEqual([])
  })

  test('is stopped by the envelope too, where a message was made of it', async () => {
    const transport = createTransport({ streamTransport: true, buffer: true })
    transport.use('stream', onlyToItsRecipient)
    const sendTo = (address: string) => transport.sendMail({ from, to: { name: '', address }, text: 'hello' })

    await expect(sendTo('ada@gatech.edu')).resolves.toMatchObject({ envelope: { to: ['ada@gatech.edu'] } })
    await expect(sendTo('a@x.edu\r\nBcc: z@z.z')).rejects.toMatchObject({ code: 'letter-unsafe' })
    await expect(sendTo('"a@gatech.edu x"@evil.com, b@evil.com')).rejects.toMatchObject({
      code: 'letter-unsafe',
    })
  })

  test('a subject with a line break is refused: it would be a header', async () => {
    const inbox = await anInbox()

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter({ subject: 'Hi\r\nBcc: z@z.z' })))

    expect(failure.code).toBe('letter-unsafe')
  })
})

describe('a letter that does not go', () => {
  test.for([450, 451, 452])('with a %i may go later', async (status) => {
    const inbox = await anInbox(refusing(status))

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'refused', status, isPermanent: false })
  })

  test.for([550, 551, 552, 553])('with a %i for its recipient is refused for good', async (status) => {
    const inbox = await anInbox(refusing(status))

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'refused', status, isPermanent: true })
  })

  test('is not to blame where the server closes for all', async () => {
    const inbox = await anInbox(refusing(421))

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({
      code: 'unreachable',
      status: 421,
      isPermanent: false,
      isAboutTheWay: true,
    })
  })

  test('takes none of the others along', async () => {
    const inbox = await anInbox({
      onRcptTo({ address }, _session, done) {
        const isBad = address === 'student17@gatech.edu'
        done(isBad ? Object.assign(new Error('full'), { responseCode: 552 }) : undefined)
      },
    })
    const letter = await aLetter()
    const readers = times(30, (n) => ({ id: randomUUID(), to: `student${n}@gatech.edu`, own: {} }))

    const outcomes = await mailTo(inbox.url).post({ ...letter, readers })

    expect(outcomes.map((outcome) => outcome?.status)).toEqual(times(30, (n) => (n === 17 ? 552 : undefined)))
    expect(inbox.received).toHaveLength(29)
  })

  test('waits when the server has a policy against us, not against the recipient', async () => {
    const inbox = await anInbox(refusing(550, '5.7.1 relaying denied '))

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'refused', status: 550, isPermanent: false })
  })

  test('waits when the server refuses our own address', async () => {
    const inbox = await anInbox({
      onMailFrom: (_address, _session, done) =>
        done(Object.assign(new Error('not you'), { responseCode: 553 })),
    })

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'unknown', status: 553, isPermanent: false })
  })

  test('after its content was refused stays refused', async () => {
    const inbox = await anInbox({
      onData(stream, _session, done) {
        stream.resume().on('end', () => done(Object.assign(new Error('spam'), { responseCode: 554 })))
      },
    })

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'refused', status: 554, isPermanent: true })
  })

  test('waits when the password is wrong', async () => {
    const inbox = await anInbox({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('wrong')),
    })

    const failure = await failureOf(send(mailTo(inbox.url.replace('//', '//us:wrong@')), await aLetter()))

    expect(failure).toMatchObject({ code: 'not-authorized', isPermanent: false })
  })

  test('fails once when the line is cut in the middle of it, and goes at the next attempt', async () => {
    let attempts = 0
    const inbox = await anInbox({
      onData(stream, _session, done) {
        attempts++
        if (attempts > 1) return stream.resume().on('end', done)
        stream.once('data', () => inbox.hangUp())
      },
    })
    const mail = mailTo(inbox.url)

    const failure = await failureOf(send(mail, await aLetter()))
    expect(failure).toMatchObject({ code: 'unreachable', isPermanent: false })
    expect(attempts).toBe(1)

    await send(mail, await aLetter())
    expect(attempts).toBe(2)
  })

  test('is tried once by one send: the job that calls decides about the next', async () => {
    let connections = 0
    const url = await aServer((socket) => {
      connections++
      socket.destroy()
    })

    const failure = await failureOf(send(mailTo(url), await aLetter()))

    expect(failure).toMatchObject({ code: 'unreachable', isPermanent: false })
    expect(connections).toBe(1)
  })

  test('does not wait for a silent server longer than its time', async () => {
    const url = await aServer(() => {})

    const failure = await failureOf(send(mailTo(url, 200), await aLetter()))

    expect(failure).toMatchObject({ code: 'timed-out', isPermanent: false })
  })

  test('does not wait for a server that greets and then trickles its answer', async () => {
    const url = await aServer((socket) => {
      socket.write('220 hello\r\n')
      const drip = setInterval(() => socket.write('250-still here\r\n'), 50)
      socket.on('close', () => clearInterval(drip))
    })

    const failure = await failureOf(send(mailTo(url, 300), await aLetter()))

    expect(failure.code).toBe('timed-out')
  })

  test('says that nobody is there', async () => {
    const inbox = await anInbox()
    await inbox.close()

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(failure).toMatchObject({ code: 'unreachable', isPermanent: false })
  })

  test('leaves nothing of its recipient or its words in the failure', async () => {
    const inbox = await anInbox(refusing(550))

    const failure = await failureOf(send(mailTo(inbox.url), await aLetter()))

    expect(allOf(failure)).not.toMatch(/ada|gatech\.edu|sample-token|NoTechForICE/)
  })
})

describe('where TLS is asked for', () => {
  test('no letter leaves to a server that does not offer it', async () => {
    const inbox = await anInbox({ disabledCommands: ['STARTTLS'] })

    const failure = await failureOf(send(mailTo(`${inbox.url}?tls=required`), await aLetter()))

    expect(failure).toMatchObject({ code: 'insecure', isPermanent: false })
    expect(inbox.received).toEqual([])
  })

  test('no letter leaves to a server whose certificate nobody vouches for', async () => {
    const inbox = await anInbox()

    const failure = await failureOf(send(mailTo(`${inbox.url}?tls=required`), await aLetter()))

    expect(failure).toMatchObject({ code: 'insecure', isPermanent: false })
    expect(inbox.received).toEqual([])
  })

  test.for(['STARTTLS', 'TLS from the first byte'])(
    'by %s it leaves encrypted, to a server that is the one named',
    async (how) => {
      const secure = how !== 'STARTTLS'
      const sessions: SMTPServerSession[] = []
      const inbox = await anInbox({
        ...localhost,
        secure,
        onMailFrom(_address, session, done) {
          sessions.push(session)
          done()
        },
      })
      trustLocalhost()
      const url = secure ? inbox.url.replace('smtp:', 'smtps:') : `${inbox.url}?tls=required`

      await send(mailTo(url), await aLetter())

      expect(inbox.received).toHaveLength(1)
      expect(sessions.map((session) => session.secure)).toEqual([true])
    },
  )

  test('no letter leaves to a server with the certificate of another', async () => {
    const inbox = await anInbox({ ...localhost })
    trustLocalhost()

    const failure = await failureOf(
      send(mailTo(`${inbox.url.replace('127.0.0.1', '127.0.0.2')}?tls=required`), await aLetter()),
    )

    expect(failure.isPermanent).toBe(false)
    expect(inbox.received).toEqual([])
  })
})
