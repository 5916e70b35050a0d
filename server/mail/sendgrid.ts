import sendgrid, { type MailDataRequired } from '@sendgrid/mail'
import { type Letter, type Mail, MailFailure, oneByOne, refuseUnsafe } from './mail.ts'
import { headersOf, readSender, type Sender } from './message.ts'

interface SendgridSettings {
  apiKey: string
  from: string
  /** A stand-in, or `https://api.eu.sendgrid.com` to keep mail in the EU. */
  baseUrl?: string | undefined
  /** Milliseconds that one attempt may take. */
  timeLimit?: number
}

/** Sends through SendGrid's v3 API. Throws at once on a key, sender or address that cannot be used. */
export function sendgridMail({ apiKey, from, baseUrl, timeLimit = 30_000 }: SendgridSettings): Mail {
  const sender = readSender(from)
  if (!/^SG\.[\w.-]+$/.test(apiKey)) throw new Error('SENDGRID_API_KEY does not look like "SG.…"')
  const connection = {
    maxRedirects: 0,
    maxContentLength: 100_000,
    ...(baseUrl && { baseUrl: checked(baseUrl) }),
  }

  const post = oneByOne(sender, async (letter) => {
    refuseUnsafe(letter)
    const client = aClient(apiKey, { ...connection, signal: AbortSignal.timeout(timeLimit) })
    await client.send(requestFor(letter, sender)).catch((error: SendgridError) => {
      throw failureOf(error)
    })
  })

  return { largest: 1, lanes: 5, post, async close() {} }
}

/** The library types neither its client's defaults nor the class of its one shared instance. */
interface SendgridClient {
  client: { setDefaultRequest(options: Record<string, unknown>): void }
  setApiKey(key: string): void
  send(data: MailDataRequired): Promise<unknown>
}

/** A client of its own for each letter: the library has no other way to give one request a time limit. */
function aClient(apiKey: string, options: Record<string, unknown>): SendgridClient {
  const client = new (sendgrid.constructor as new () => SendgridClient)()
  client.setApiKey(apiKey)
  client.client.setDefaultRequest(options)
  return client
}

/** No category and no argument of ours: what a provider does not have it cannot hand over. */
function requestFor(letter: Letter, from: Sender): MailDataRequired {
  return {
    to: { email: letter.to },
    from: { email: from.address, ...(from.name && { name: from.name }) },
    subject: letter.subject,
    content: [
      { type: 'text/plain', value: letter.text },
      { type: 'text/html', value: letter.html },
    ],
    headers: { ...headersOf(letter), 'Message-ID': letter.messageId },
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
      subscriptionTracking: { enable: false },
      ganalytics: { enable: false },
    },
  }
}

/** A key and mail go to it: plain http is for a stand-in on this machine. */
function checked(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (!url || (url.protocol !== 'https:' && !isLocal))
    throw new Error('SENDGRID_BASE_URL must be an https address')
  return url.href
}

/** An answer has a status, as `code` or on `response`; without one, `code` is a word for what broke. */
interface SendgridError {
  code?: number | string
  response?: { status?: number }
}

function failureOf({ code, response }: SendgridError): MailFailure {
  const status = typeof code === 'number' ? code : response?.status
  if (status === 401 || status === 403) return new MailFailure('not-authorized', { status })
  if (status === 429) return new MailFailure('too-fast', { status })
  // Only these two are about the letter; the operator or time can mend the others.
  if (status === 400 || status === 413) return new MailFailure('refused', { status, isPermanent: true })
  if (status !== undefined) return new MailFailure('failing', { status })
  const isTime = ['ERR_CANCELED', 'ECONNABORTED', 'ETIMEDOUT'].includes(String(code))
  return new MailFailure(isTime ? 'timed-out' : 'unreachable')
}
