import type { Heard } from './back-channel.ts'
import { checkedOrNone } from '../pledges/address.ts'
import { classifyFailure, type FailureVerdict } from './classify-failure.ts'
import type { Copy } from './provider-copies.ts'
import type { SendgridListName } from './sendgrid-lists.ts'

/** One element of what SendGrid's event webhook posts, as far as it is of use; anything may be in it. */
export interface SendgridEvent {
  event?: unknown
  /** `bounce` or `blocked`. */
  type?: unknown
  /** `5.1.1`. */
  status?: unknown
  /** Why a letter was dropped, in SendGrid's words, or what the mailbox's server said. */
  reason?: unknown
  /** `Invalid Address`, `Reputation`, …: how SendGrid sorts a bounce. */
  bounce_classification?: unknown
  /** What we sent along: the letter's id. */
  letter?: unknown
  'smtp-id'?: unknown
  email?: unknown
}

/** What an event says of a letter of ours; nothing for those that are on the way, were opened, or are not ours. */
export function heardIn(event: SendgridEvent): Heard | undefined {
  const letter = letterOf(event)
  if (!letter) return undefined
  switch (event.event) {
    case 'delivered':
      return { letter, what: 'delivered' }
    case 'bounce':
      return { letter, what: 'bounced', verdict: verdictOn(event), ...whatItSays(event) }
    case 'dropped':
      return { letter, what: 'bounced', verdict: verdictOnDropped(event), ...whatItSays(event) }
    case 'spamreport':
      return { letter, what: 'spam-reported' }
    default:
      return undefined
  }
}

/** What SendGrid has put on a list of its own, if it has, about one of these letters. */
export function copyIn(event: SendgridEvent, letters: ReadonlySet<string>): Copy | undefined {
  const list = listOf(event)
  const email = textOf(event.email)
  return list && email.includes('@') && letters.has(letterOf(event) ?? '') ? { list, email } : undefined
}

/** Where an address is known that complained before, it stays: only our own suppression may take the place of theirs. */
function listOf({ event, type, reason }: SendgridEvent): SendgridListName | undefined {
  if (event === 'spamreport') return 'spam_reports'
  if (event === 'bounce') return textOf(type) === 'blocked' ? 'blocks' : 'bounces'
  if (event !== 'dropped') return undefined
  return textOf(reason) === 'Invalid'
    ? 'invalid_emails'
    : textOf(reason) === 'Bounced Address'
      ? 'bounces'
      : undefined
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

function letterOf({ letter, 'smtp-id': messageId }: SendgridEvent): string | undefined {
  const [id] = UUID.exec(textOf(letter).toLowerCase()) ?? UUID.exec(textOf(messageId).toLowerCase()) ?? []
  return id
}

/** SendGrid calls an email `blocked` that the server refuses for what we or the email are. */
function verdictOn({
  type,
  status,
  reason,
  bounce_classification: classification,
}: SendgridEvent): FailureVerdict {
  const report = { speaker: 'provider', status: textOf(status), text: textOf(reason) } as const
  const own = classifyFailure(report)
  const verdict = own === 'unknown' ? classifyFailure({ ...report, text: textOf(classification) }) : own
  return verdict === 'no-such-mailbox' && textOf(type) === 'blocked' ? 'unknown' : verdict
}

/**
 * An email that SendGrid never tried says nothing new: decision 33. Its list of bounces may blame us, so that the next
 * email is tried again once the address is off the list.
 */
function verdictOnDropped({ reason }: SendgridEvent): FailureVerdict | undefined {
  const verdict = classifyFailure({ speaker: 'provider', text: textOf(reason) })
  return verdict === 'no-such-mailbox' ? verdict : undefined
}

function whatItSays({ email, reason }: SendgridEvent): Pick<Heard, 'address' | 'reply'> {
  return { address: checkedOrNone(textOf(email)), reply: textOf(reason) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : ''
}
