import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkSendgridKey } from '../../../server/mail/checking/sendgrid-key.ts'
import { checkSmtp } from '../../../server/mail/checking/smtp-login.ts'
import { sendgridStandIn } from '../../sendgrid-stand-in.ts'
import { smtpInbox } from '../../smtp-inbox.ts'
import { codesOf } from './looking.ts'

const password = 'hunter2+hunter2'

/** With the login of `pledge` in its URL. */
async function anSmtpServer(options: SMTPServerOptions = {}) {
  const inbox = await smtpInbox(options)
  onTestFinished(() => inbox.close())
  const withLogin = inbox.url.replace('smtp://', `smtp://pledge:${encodeURIComponent(password)}@`)
  return { ...inbox, withLogin }
}

/** Takes whoever knows the password; says it back to whoever does not. */
const login: SMTPServerOptions = {
  allowInsecureAuth: true,
  authOptional: false,
  onAuth(auth, _session, done) {
    if (auth.username === 'pledge' && auth.password === password) return done(null, { user: 'pledge' })
    done(Object.assign(new Error(`no user with the password ${auth.password}`), { responseCode: 535 }))
  },
}

/** TLS from the first byte, with the certificate that comes with the package. */
async function anSmtpsUrl(): Promise<string> {
  const server = new SMTPServer({ secure: true, logger: false })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  onTestFinished(() => new Promise((closed) => server.close(closed)))
  return `smtps://127.0.0.1:${(server.server.address() as AddressInfo).port}`
}

describe('over SMTP', () => {
  test('a server that lets us in is right, and gets no letter', async () => {
    const { url, received } = await anSmtpServer()

    expect(codesOf(await checkSmtp(url))).toEqual(['ok smtp'])
    expect(received).toEqual([])
  })

  test('the right login is tried, and a wrong one is said, without repeating it', async () => {
    const { withLogin } = await anSmtpServer(login)

    const right = await checkSmtp(withLogin)
    const wrong = await checkSmtp(withLogin.replace('hunter2', 'hunter3'))

    expect(codesOf(right)).toEqual(['ok smtp'])
    expect(codesOf(wrong)).toEqual(['wrong smtp-login'])
    expect(JSON.stringify([right, wrong])).toContain('(535)')
    expect(JSON.stringify([right, wrong])).not.toMatch(/hunter|aHVudGVy/)
  })

  test('a login that the server has no use for is said', async () => {
    const { withLogin } = await anSmtpServer({ disabledCommands: ['AUTH'], allowInsecureAuth: true })

    expect(codesOf(await checkSmtp(withLogin))).toEqual(['wrong smtp-login'])
  })

  test('a server without STARTTLS, or with a certificate nobody vouches for, is not trusted', async () => {
    const plain = await anSmtpServer({ disabledCommands: ['STARTTLS'] })
    const selfSigned = await anSmtpServer()

    expect(codesOf(await checkSmtp(`${plain.url}?tls=required`))).toEqual(['wrong smtp-tls'])
    expect(codesOf(await checkSmtp(`${selfSigned.url}?tls=required`))).toEqual(['wrong smtp-tls'])
    expect(codesOf(await checkSmtp(await anSmtpsUrl()))).toEqual(['wrong smtp-tls'])
  })

  test('TLS asked of a port that speaks none is said', async () => {
    const { url } = await anSmtpServer()

    expect(codesOf(await checkSmtp(url.replace('smtp:', 'smtps:')))).toEqual(['wrong smtp-tls'])
  })

  test('a server that turns us away is told from one that is not there', async () => {
    const busy = await anSmtpServer({
      onConnect: (_session, done) => done(Object.assign(new Error('5.7.1 not you'), { responseCode: 554 })),
    })
    const gone = await anSmtpServer()
    await gone.close()

    expect(codesOf(await checkSmtp(busy.url))).toEqual(['wrong smtp-refused'])
    const [unreachable] = await checkSmtp(gone.url)
    expect(unreachable).toMatchObject({
      code: 'smtp-unreachable',
      what: expect.stringContaining('(ECONNREFUSED)'),
    })
  })

  test('a server that says nothing is not waited for', async () => {
    const url = await aServer(() => {})

    expect(codesOf(await checkSmtp(url, 200))).toEqual(['wrong smtp-unreachable'])
  })

  test('a server that talks without end, and never to the point, is not listened to', async () => {
    const url = await aServer((socket) => {
      const talk = setInterval(() => socket.write('220-\u001b[2J and then\r\n'), 20)
      socket.on('close', () => clearInterval(talk))
    })

    const findings = await checkSmtp(url, 300)

    expect(codesOf(findings)).toEqual(['wrong smtp-unreachable'])
    expect(JSON.stringify(findings)).not.toContain('and then')
  })

  test('nor is one that greets well, and never comes to the end of what it can do', async () => {
    const url = await aServer((socket) => {
      socket.write('220 mx.drive.org\r\n')
      const talk = setInterval(() => socket.write('250-AND-MORE\r\n'), 20)
      socket.on('close', () => clearInterval(talk))
    })

    const [finding] = await checkSmtp(url, 200)

    expect(finding).toMatchObject({ code: 'smtp-unreachable', what: expect.stringContaining('(ETIMEDOUT)') })
  })
})

/** A bare socket server: what it says is up to the test. */
async function aServer(greet: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    greet(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function aSendgrid() {
  const standIn = await sendgridStandIn()
  onTestFinished(() => standIn.close())
  return standIn
}

const listScopes = ['bounces', 'blocks', 'invalid_emails', 'spam_reports'].map(
  (list) => `suppression.${list}.delete`,
)

describe('through SendGrid', () => {
  test('a key that may send, and empty the lists of addresses, is right', async () => {
    const { baseUrl, apiKey, accepted, scopes } = await aSendgrid()
    scopes.push(...listScopes)

    expect(codesOf(await checkSendgridKey({ apiKey, baseUrl }))).toEqual(['ok sendgrid'])
    expect(accepted).toEqual([])
  })

  test('a key that may send alone is told what stays behind', async () => {
    const { baseUrl, apiKey, scopes } = await aSendgrid()
    scopes.push(...listScopes.slice(1))

    const findings = await checkSendgridKey({ apiKey, baseUrl })

    expect(codesOf(findings)).toEqual(['ok sendgrid', 'note sendgrid-lists'])
    expect(findings[1]?.what).toContain('(bounces)')
  })

  test('a key that may do everything is more than is needed', async () => {
    const { baseUrl, apiKey, scopes } = await aSendgrid()
    scopes.push('api_keys.create', 'api_keys.read', ...listScopes)

    expect(codesOf(await checkSendgridKey({ apiKey, baseUrl }))).toEqual([
      'ok sendgrid',
      'warning sendgrid-full-access',
    ])
  })

  test('a key that may not send is wrong', async () => {
    const { baseUrl, apiKey, scopes } = await aSendgrid()
    scopes.splice(0, scopes.length, 'mail.batch.read', 'stats.read')

    expect(codesOf(await checkSendgridKey({ apiKey, baseUrl }))).toEqual(['wrong sendgrid-scope'])
  })

  test('a key that nobody knows is wrong, and is not repeated', async () => {
    const { baseUrl } = await aSendgrid()

    const findings = await checkSendgridKey({ apiKey: 'SG.another.key', baseUrl })

    expect(codesOf(findings)).toEqual(['wrong sendgrid-key'])
    expect(JSON.stringify(findings)).not.toContain('SG.another')
  })

  test.for([
    ['forbid', 'wrong sendgrid-key'],
    ['too-many', 'unknown sendgrid-unclear'],
    ['break', 'unknown sendgrid-unclear'],
    ['redirect', 'unknown sendgrid-unreachable'],
    ['hang', 'unknown sendgrid-unreachable'],
    ['hang-up', 'unknown sendgrid-unreachable'],
  ] as const)('an answer like "%s" is %s', async ([answer, code]) => {
    const { baseUrl, apiKey, answerWith } = await aSendgrid()
    answerWith(answer)

    expect(
      codesOf(await checkSendgridKey({ apiKey, baseUrl, timeLimit: answer === 'hang' ? 200 : 5_000 })),
    ).toEqual([code])
  })
})
