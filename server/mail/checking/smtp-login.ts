import { setTimeout } from 'node:timers/promises'
import { createTransport, type NodemailerError } from 'nodemailer'
import { readSmtpUrl, type SmtpConnection } from '../smtp-url.ts'
import { ok, warning, wrong, type Finding } from './finding.ts'

/** Connects, greets, takes TLS where it is due, signs in and leaves, as a letter would, but without one. */
export async function checkSmtp(url: string, timeLimit = 10_000): Promise<Finding[]> {
  const connection = readSmtpUrl(url)
  const transport = createTransport({
    ...connection,
    // Without it a server that offers no sign-in would be taken for one that let us in.
    forceAuth: connection.auth !== undefined,
    connectionTimeout: timeLimit,
    greetingTimeout: timeLimit,
    dnsTimeout: timeLimit,
    socketTimeout: timeLimit,
  })
  const failure = await Promise.race([
    transport.verify().then(
      () => undefined,
      (error: NodemailerError) => error,
    ),
    after(3 * timeLimit),
  ])
  return failure ? [failed(connection, failure)] : praise(connection)
}

/** The limits above are for each silence: who says a little now and then would keep us for ever. */
async function after(milliseconds: number): Promise<NodemailerError> {
  await setTimeout(milliseconds, undefined, { ref: false })
  return Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' })
}

function praise({ host, port, secure, ignoreTLS, auth }: SmtpConnection): Finding[] {
  const how = secure ? 'TLS' : ignoreTLS ? 'without TLS' : 'STARTTLS'
  const findings = [
    ok('smtp', `${host}:${port} lets us in (${how}, ${auth ? 'with the login' : 'without a login'}).`),
  ]
  if (!ignoreTLS || /^(localhost|127\.|::1$)/.test(host)) return findings
  const what = `Letters go to ${host} without TLS: whoever sits on the way reads who signed.`
  return [
    ...findings,
    warning('smtp-plain', what, 'Only on a private network; otherwise take ?tls=none out of SMTP_URL.'),
  ]
}

/** In our words and with the server's number: its text may repeat the login. */
function failed({ host, port }: SmtpConnection, error: NodemailerError): Finding {
  const at = `${host}:${port}`
  const { code = '', originalCode = '' } = error
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    const todo =
      'Put the right user and password into SMTP_URL, percent-encoded; some providers want a password for apps.'
    return wrong('smtp-login', `${at} does not take the login of SMTP_URL${numberOf(error)}.`, todo)
  }
  if (code === 'ETLS' || /CERT|TLS|SSL/.test(originalCode)) {
    const why = /^[A-Z_]+$/.test(originalCode) ? ` (${originalCode})` : ''
    const todo =
      'The host in SMTP_URL must be the name in the certificate; smtps:// is for port 465, smtp:// for 587.'
    return wrong('smtp-tls', `${at} offers no TLS that can be trusted${why}.`, todo)
  }
  if (error.responseCode !== undefined) {
    const todo = 'Ask its operator whether it takes mail from this machine.'
    return wrong('smtp-refused', `${at} turns us away${numberOf(error)}.`, todo)
  }
  const todo =
    'Look at host and port in SMTP_URL; many hosting companies block 25, some 465 and 587, until asked.'
  return wrong('smtp-unreachable', `${at} cannot be reached (${reasonOf(code, originalCode)}).`, todo)
}

/** `535 5.7.8`, and nothing of what follows. */
function numberOf({ responseCode, response = '' }: NodemailerError): string {
  const number = /^\d{3}[ -]\d\.\d{1,3}\.\d{1,3}(?=\s)/.exec(response)?.[0] ?? responseCode
  return number === undefined ? '' : ` (${String(number).replace('-', ' ')})`
}

function reasonOf(code: string, originalCode: string): string {
  return [originalCode, code].find((one) => /^E[A-Z]+$/.test(one)) ?? 'it closed the connection'
}
