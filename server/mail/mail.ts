import { type Fills, withOwn } from '../../emails/fill.ts'
import type { FailureVerdict } from './classify-failure.ts'
import type { Sender } from './message.ts'
import { messageIdOf } from './message-id.ts'

/** One letter to one person. */
export interface Letter {
  /** Its id in the ledger, a UUID. */
  id: string
  /** The checked form of an address: ASCII, lower-case domain, nothing around it. */
  to: string
  subject: string
  html: string
  text: string
  /** `<id@domain>`, the same at each retry, so that a mailbox can tell a repeat from a second letter. */
  messageId: string
  /** `en`, `es-MX`. */
  locale: string
  /** What the sender is called, where it is not what MAIL_FROM says. */
  fromName?: string | undefined
  /** Where one POST ends all mail of this kind (RFC 8058); only on what is not transactional. */
  unsubscribeUrl?: string | undefined
}

/** One of those who get a mailing. */
export interface Reader extends Pick<Letter, 'id' | 'to' | 'unsubscribeUrl'> {
  /** Her own links and codes, by the names of their marks. */
  own: Fills
}

/** The same letter to one or many; marks stand where their own values differ. */
export interface Mailing extends Pick<Letter, 'subject' | 'html' | 'text' | 'locale' | 'fromName'> {
  readers: Reader[]
}

/** What became of a letter: taken by the next hop where there is no failure. */
export type Outcome = MailFailure | undefined

/** One way out for letters. */
export interface Mail {
  /** Readers in one mailing at most. */
  largest: number
  /** Mailings under way at once. */
  lanes: number
  /** One attempt. @returns for each reader, in their order, what became of it; never throws for the mail's sake */
  post(mailing: Mailing): Promise<Outcome[]>
  close(): Promise<void>
}

/** The letters of a mailing one by one, for ways that take no more than one. */
function lettersOf({ readers, subject, html, text, ...same }: Mailing, sender: Sender): Letter[] {
  return readers.map(({ own, ...reader }) => ({
    ...same,
    ...reader,
    messageId: messageIdOf(sender, reader.id),
    subject: withOwn(subject, own),
    html: withOwn(html, own),
    text: withOwn(text, own),
  }))
}

/** Makes a way that sends one letter, or throws a `MailFailure`, take mailings. */
export function oneByOne(sender: Sender, send: (letter: Letter) => Promise<void>): Mail['post'] {
  return async (mailing) => {
    const outcomes: Outcome[] = []
    for (const letter of lettersOf(mailing, sender)) {
      outcomes.push(await send(letter).then(() => undefined, asFailure))
    }
    return outcomes
  }
}

/** @throws whatever is no `MailFailure`: a bug */
function asFailure(error: unknown): MailFailure {
  if (error instanceof MailFailure) return error
  throw error
}

const reasons = {
  'letter-unsafe': 'The letter is not safe to send',
  'not-authorized': 'The mail server does not accept our credentials',
  refused: 'The mail server refused the letter',
  'not-composed': 'The letter could not be composed: a mistake of ours',
  'gave-up': 'The mail server kept refusing the letter for days',
  'too-fast': 'The mail server asks for a pause',
  'timed-out': 'The mail server took too long',
  unreachable: 'The mail server cannot be reached, or hung up',
  failing: 'The mail server does not work right now',
  insecure: 'The connection to the mail server cannot be made secure',
  unknown: 'The letter could not be sent',
} as const

export type MailFailureCode = keyof typeof reasons

interface FailureDetails {
  /** The SMTP reply code or HTTP status, where there was one. */
  status?: number | undefined
  /** The same letter would be refused again: trying on is of no use. */
  isPermanent?: boolean
  /** What the refusal says about the mailbox and about us. */
  verdict?: FailureVerdict | undefined
  /** What the mailbox's server said, without addresses: `withoutAddresses`. */
  reply?: string | undefined
  /** Seconds that the mail server asks us to wait. */
  retryAfter?: number | undefined
}

/** What is about one letter; all else is about the way out, and holds for the next letter too. */
const aboutTheLetter: ReadonlySet<MailFailureCode> = new Set([
  'letter-unsafe',
  'not-composed',
  'refused',
  'gave-up',
])

/**
 * Why a letter did not go. It does not keep the cause: errors of mail libraries
 * hold the recipient's address, and failures end up in logs and in the jobs table.
 */
export class MailFailure extends Error {
  readonly code: MailFailureCode
  readonly status: number | undefined
  readonly isPermanent: boolean
  readonly verdict: FailureVerdict | undefined
  readonly reply: string | undefined
  readonly retryAfter: number | undefined

  constructor(
    code: MailFailureCode,
    { status, isPermanent = false, verdict, reply, retryAfter }: FailureDetails = {},
  ) {
    super(status === undefined ? reasons[code] : `${reasons[code]} (${status})`)
    this.name = 'MailFailure'
    this.code = code
    this.status = status
    this.isPermanent = isPermanent
    this.verdict = verdict
    this.reply = reply
    this.retryAfter = retryAfter
  }

  /** Whether trying the next letter is of no use now either. */
  get isAboutTheWay(): boolean {
    return !aboutTheLetter.has(this.code)
  }
}

const address =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/
const oneLine = /^\P{Cc}+$/u
const messageId = /^<[\w.+-]+@[\w.-]+>$/
const link = /^https?:\/\/[^\s<>"]+$/

/**
 * Refuses for good what could be read as more than one recipient or as a header of its own.
 * Whoever took the address in has checked it already; this is the last gate before a mail server.
 * @param own what the provider will put in place of marks
 */
export function refuseUnsafe(letter: Letter, own: Fills = {}): void {
  const isSafe =
    address.test(letter.to) &&
    oneLine.test(letter.subject) &&
    (letter.fromName === undefined || oneLine.test(letter.fromName)) &&
    messageId.test(letter.messageId) &&
    (letter.unsubscribeUrl === undefined || link.test(letter.unsubscribeUrl)) &&
    /^[A-Za-z0-9-]+$/.test(letter.locale) &&
    letter.html !== '' &&
    letter.text !== '' &&
    Object.values(own).every((value) => oneLine.test(value))
  if (!isSafe) throw new MailFailure('letter-unsafe', { isPermanent: true })
}
