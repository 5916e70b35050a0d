import { createTransport, type NodemailerError, type SendMailOptions } from 'nodemailer'
import { classifyFailure } from './classify-failure.ts'
import { type Letter, type Mail, MailFailure, type MailFailureCode, oneByOne } from './mail.ts'
import { messageOf, onlyToItsRecipient, readSender } from './message.ts'
import { withoutAddresses } from './refusals.ts'
import type { ReturnPaths } from './return-paths.ts'
import { readSmtpUrl, type SmtpConnection } from './smtp-url.ts'

/** What letters are signed with (DKIM); undefined where the mail server signs them, or nobody. */
export interface DkimKey {
  domain: string
  selector: string
  /** PEM, RSA. */
  privateKey: string
}

interface SmtpSettings {
  url: string
  from: string
  dkim?: DkimKey | undefined
  returnPaths?: ReturnPaths | undefined
  /** Milliseconds that one attempt may take, from the queue to the server's last word. */
  timeLimit?: number
}

/** Letters under way at once; more is what mail servers slow down. */
const CONNECTIONS = 5

/** Sends through the operator's own mail server. Throws at once on a URL or sender that cannot be used. */
export function smtpMail({ url, from, dkim, returnPaths, timeLimit = 60_000 }: SmtpSettings): Mail {
  const sender = readSender(from)
  const transport = createTransport({ ...poolOf(readSmtpUrl(url), timeLimit), ...(dkim && signing(dkim)) })
  transport.use('stream', onlyToItsRecipient)

  const post = oneByOne(sender, async (letter) => {
    const message = messageOf(letter, sender)
    await transport
      .sendMail({ ...message, ...wayBack(letter, returnPaths), signal: AbortSignal.timeout(timeLimit) })
      .catch((error: NodemailerError) => {
        throw failureOf(error, letter.to)
      })
  })

  return {
    largest: 1,
    lanes: CONNECTIONS,
    post,
    async close() {
      transport.close()
    },
  }
}

/**
 * Where it comes back to: failures alone, with no more of it than its headers (RFC 3461). A server that forwards the email
 * names the recipient we wrote to in what it sends back.
 */
function wayBack({ id, to }: Letter, returnPaths: ReturnPaths | undefined): SendMailOptions {
  if (!returnPaths) return {}
  return {
    envelope: { from: returnPaths.of(id), to },
    dsn: { ret: 'HDRS', notify: ['FAILURE'], recipient: to },
  }
}

function poolOf(connection: SmtpConnection, timeLimit: number) {
  const patience = Math.min(10_000, timeLimit)
  return {
    ...connection,
    pool: true as const,
    maxConnections: CONNECTIONS,
    // One call is one attempt: the job that calls decides about the next, and survives a restart.
    maxRequeues: 0,
    // Shorter than servers wait, so that a letter is never handed to a connection that is just closing.
    idleTimeout: 30_000,
    connectionTimeout: patience,
    greetingTimeout: patience,
    dnsTimeout: patience,
    socketTimeout: Math.min(30_000, timeLimit),
  }
}

/** Whoever changes one of these on the way breaks the signature; one-click unsubscribing asks for its two (RFC 8058). */
const SIGNED = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Language',
  'Auto-Submitted',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
]

function signing({ domain, selector, privateKey }: DkimKey) {
  return {
    dkim: {
      domainName: domain,
      keySelector: selector,
      privateKey,
      headerFieldNames: SIGNED.join(':'),
    },
  }
}

/** Nodemailer's codes, in our words. */
const codes: Record<string, MailFailureCode> = {
  EAUTH: 'not-authorized',
  ENOAUTH: 'not-authorized',
  ETLS: 'insecure',
  ETIMEDOUT: 'timed-out',
  EABORT: 'timed-out',
  ECONNECTION: 'unreachable',
  ESOCKET: 'unreachable',
  EDNS: 'unreachable',
}

function failureOf(error: NodemailerError, recipient: string): MailFailure {
  if (error instanceof MailFailure) return error
  const { responseCode: status, response: text = '' } = error
  const known = isAboutTrust(error) ? 'insecure' : codes[error.code ?? '']
  if (known) return new MailFailure(known, { status })
  if (status === undefined || !isAboutTheLetter(error)) return new MailFailure('unknown', { status })
  const verdict = classifyFailure({ speaker: 'smtp', code: status, text })
  return new MailFailure('refused', {
    status,
    isPermanent: error.permanent === true && !(verdict === 'refuses-us' && isWorthWaiting(error)),
    verdict,
    reply: withoutAddresses(text, recipient),
  })
}

/** A certificate nobody vouches for comes as a broken socket; the operator needs to know which it was. */
function isAboutTrust({ originalCode = '' }: NodemailerError): boolean {
  return /CERT|TLS|SSL/.test(originalCode)
}

function isAboutTheLetter({ command }: NodemailerError): boolean {
  return ['RCPT TO', 'DATA'].includes(command ?? '')
}

/** The operator can get us off a blocklist. What a server holds against the text of the email stays in it. */
function isWorthWaiting({ command, response = '' }: NodemailerError): boolean {
  return command === 'RCPT TO' || /^\d{3}[ -]5\.7\./.test(response)
}
