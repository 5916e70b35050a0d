import type { Heard } from './back-channel.ts'
import { isAboutTheAddress, isNoMailbox } from './mailbox-status.ts'
import type { Copy } from './provider-copies.ts'
import type { SendgridListName } from './sendgrid-lists.ts'

/** One element of what SendGrid's event webhook posts, as far as it is of use; anything may be in it. */
export interface SendgridEvent {
  event?: unknown
  /** `bounce` or `blocked`. */
  type?: unknown
  /** `5.1.1`. */
  status?: unknown
  /** Why a letter was dropped, in SendGrid's words. */
  reason?: unknown
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
      return {
        letter,
        what: 'bounced',
        isForGood: isBounceForGood(event),
        blamesAddress: isBounceOfAddress(event),
      }
    case 'dropped':
      return { letter, what: 'bounced', isForGood: isOnTheirList(event), blamesAddress: isNoAddress(event) }
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

/** A letter that was `blocked` did not arrive, for a reason that may pass. */
function isBounceForGood({ type, status }: SendgridEvent): boolean {
  return textOf(type) !== 'blocked' && (textOf(status) === '' || isNoMailbox(textOf(status)))
}

function isBounceOfAddress({ type, status }: SendgridEvent): boolean {
  return textOf(type) !== 'blocked' && isAboutTheAddress(textOf(status))
}

/** That an earlier letter bounced is told to nobody who comes later: decision 33. */
function isNoAddress({ reason }: SendgridEvent): boolean {
  return textOf(reason) === 'Invalid'
}

/** It was never tried, because an earlier letter bounced, or because there can be no such address. */
function isOnTheirList({ reason }: SendgridEvent): boolean {
  return ['Bounced Address', 'Invalid'].includes(textOf(reason))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : ''
}
