import sendgrid, { type MailDataRequired } from '@sendgrid/mail'
import { byMark } from '../../emails/fill.ts'
import { inCalls, inPieces } from './calls.ts'
import { type Mail, MailFailure, type Mailing, type Outcome, type Reader, refuseUnsafe } from './mail.ts'
import { headersOf, readSender, type Sender } from './message.ts'
import { messageIdOf } from './message-id.ts'
import { type Answer, answerTo, taken } from './sendgrid-answers.ts'

interface SendgridSettings {
  apiKey: string
  from: string
  /** A stand-in, or `https://api.eu.sendgrid.com` to keep mail in the EU. */
  baseUrl?: string | undefined
  /** Milliseconds that one attempt may take. */
  timeLimit?: number
}

/** SendGrid's own limit for one request. */
const LARGEST = 1_000
/** It takes less than 30 MB; what its side adds to ours is not told. */
const ROOM_BYTES = 20_000_000
const OWN_BYTES = 10_000

/** Sends through SendGrid's v3 API, many readers in a call. Throws at once on a key, sender or address that cannot be used. */
export function sendgridMail({ apiKey, from, baseUrl, timeLimit = 30_000 }: SendgridSettings): Mail {
  const sender = readSender(from)
  if (!/^SG\.[\w.-]+$/.test(apiKey)) throw new Error('SENDGRID_API_KEY does not look like "SG.…"')
  const connection = {
    maxRedirects: 0,
    maxContentLength: 1_000_000,
    ...(baseUrl && { baseUrl: checked(baseUrl) }),
  }

  async function call(mailing: Mailing, readers: Reader[]): Promise<Answer> {
    const client = aClient(apiKey, { ...connection, signal: AbortSignal.timeout(timeLimit) })
    return await client
      .send(requestFor(mailing, readers, sender))
      .then(([{ statusCode }]) => taken(statusCode), answerTo)
  }

  return {
    largest: LARGEST,
    lanes: 5,
    async post(mailing) {
      const unfit = new Map(mailing.readers.map((reader) => [reader, unfitness(mailing, reader, sender)]))
      const fit = mailing.readers.filter((reader) => !unfit.get(reader))
      const room = ROOM_BYTES - bytesOf({ ...mailing, readers: [] })
      const pieces = inPieces(fit, (reader) => bytesOf(personalization(mailing, reader, sender)), room)
      const outcomes = await inCalls(pieces, (readers) => call(mailing, readers))
      return mailing.readers.map((reader) => unfit.get(reader) ?? outcomes.get(reader))
    },
    async close() {},
  }
}

/** The library types neither its client's defaults nor the class of its one shared instance. */
interface SendgridClient {
  client: { setDefaultRequest(options: Record<string, unknown>): void }
  setApiKey(key: string): void
  send(data: MailDataRequired): Promise<[{ statusCode: number }, unknown]>
}

/** A client of its own for each call: the library has no other way to give one request a time limit. */
function aClient(apiKey: string, options: Record<string, unknown>): SendgridClient {
  const client = new (sendgrid.constructor as new () => SendgridClient)()
  client.setApiKey(apiKey)
  client.client.setDefaultRequest(options)
  return client
}

/** Why a letter is not even tried. */
function unfitness(mailing: Mailing, reader: Reader, sender: Sender): Outcome {
  const { id, own } = reader
  if (bytesOf(byMark(own)) > OWN_BYTES) return new MailFailure('not-composed', { isPermanent: true })
  try {
    refuseUnsafe({ ...mailing, ...reader, messageId: messageIdOf(sender, id) }, own)
  } catch (error) {
    if (error instanceof MailFailure) return error
    throw error
  }
}

/** No category: what a provider does not have it cannot hand over. */
function requestFor(mailing: Mailing, readers: Reader[], from: Sender): MailDataRequired {
  const name = mailing.fromName ?? from.name
  return {
    personalizations: readers.map((reader) => personalization(mailing, reader, from)),
    // Our marks stand as they are, and not within the library's brackets.
    substitutionWrappers: ['', ''],
    from: { email: from.address, ...(name && { name }) },
    subject: mailing.subject,
    content: [
      { type: 'text/plain', value: mailing.text },
      { type: 'text/html', value: mailing.html },
    ],
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
      subscriptionTracking: { enable: false },
      ganalytics: { enable: false },
    },
  }
}

/**
 * All headers stand here: SendGrid does not say whether it adds a reader's own to those of all. The id comes back with
 * what becomes of the letter; it is random, and tells nothing that the Message-ID does not.
 */
function personalization({ locale }: Mailing, { id, to, own, unsubscribeUrl }: Reader, from: Sender) {
  return {
    to: { email: to },
    headers: { ...headersOf({ locale, unsubscribeUrl }), 'Message-ID': messageIdOf(from, id) },
    substitutions: byMark(own),
    customArgs: { letter: id },
  }
}

function bytesOf(part: unknown): number {
  return Buffer.byteLength(JSON.stringify(part))
}

/** A key and mail go to it: plain http is for a stand-in on this machine. */
function checked(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  const isLocal = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (!url || (url.protocol !== 'https:' && !isLocal))
    throw new Error('SENDGRID_BASE_URL must be an https address')
  return url.href
}
