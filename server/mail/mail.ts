/** One letter to one person. */
export interface Letter {
  /** The checked form of an address: ASCII, lower-case domain, nothing around it. */
  to: string
  subject: string
  html: string
  text: string
  /** `<random@domain>`, the same at each retry, so that a mailbox can tell a repeat from a second letter. */
  messageId: string
  /** `en`, `es-MX`. */
  locale: string
}

/** One way out for letters. */
export interface Mail {
  /** Resolves once the next hop has taken the letter; throws a `MailFailure` otherwise. One call is one attempt. */
  send(letter: Letter): Promise<void>
  close(): Promise<void>
}

const reasons = {
  'letter-unsafe': 'The letter is not safe to send',
  'not-authorized': 'The mail server does not accept our credentials',
  refused: 'The mail server refused the letter',
  'too-fast': 'The mail server asks for a pause',
  'timed-out': 'The mail server took too long',
  unreachable: 'The mail server cannot be reached, or hung up',
  insecure: 'The connection to the mail server cannot be made secure',
  unknown: 'The letter could not be sent',
} as const

export type MailFailureCode = keyof typeof reasons

interface FailureDetails {
  /** The SMTP reply code or HTTP status, where there was one. */
  status?: number | undefined
  /** The same letter would be refused again: trying on is of no use. */
  isPermanent?: boolean
}

/**
 * Why a letter did not go. It keeps neither the cause nor its words: errors of mail libraries
 * hold the recipient's address, and failures end up in logs and in the jobs table.
 */
export class MailFailure extends Error {
  readonly code: MailFailureCode
  readonly status: number | undefined
  readonly isPermanent: boolean

  constructor(code: MailFailureCode, { status, isPermanent = false }: FailureDetails = {}) {
    super(status === undefined ? reasons[code] : `${reasons[code]} (${status})`)
    this.name = 'MailFailure'
    this.code = code
    this.status = status
    this.isPermanent = isPermanent
  }
}

const address =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/
const oneLine = /^\P{Cc}+$/u
const messageId = /^<[\w.+-]+@[\w.-]+>$/

/**
 * Refuses for good what could be read as more than one recipient or as a header of its own.
 * Whoever took the address in has checked it already; this is the last gate before a mail server.
 */
export function refuseUnsafe(letter: Letter): void {
  const isSafe =
    address.test(letter.to) &&
    oneLine.test(letter.subject) &&
    messageId.test(letter.messageId) &&
    /^[A-Za-z0-9-]+$/.test(letter.locale) &&
    letter.html !== '' &&
    letter.text !== ''
  if (!isSafe) throw new MailFailure('letter-unsafe', { isPermanent: true })
}
