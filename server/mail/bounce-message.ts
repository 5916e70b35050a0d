import PostalMime, { type Email } from 'postal-mime'
import { checkedOrNone } from '../pledges/address.ts'
import type { Heard } from './back-channel.ts'
import { classifyFailure } from './classify-failure.ts'

type Bounce = Pick<Heard, 'what' | 'verdict' | 'address' | 'reply'>

/** Whether a checked address is that of the email's own recipient. */
type IsRecipient = (exact: string) => boolean

/**
 * What a message that came back says about an email: a delivery status notification (RFC 3464, RFC 6533) about its
 * recipient, or a bounce in words that names no such user. What a robot or a person answers says nothing.
 */
export async function readBounce(message: Buffer, isRecipient: IsRecipient): Promise<Bounce | undefined> {
  const email = await PostalMime.parse(message, { attachmentEncoding: 'utf8', maxNestingDepth: 20 })
  const report = email.attachments.find(({ mimeType }) => STATUS_REPORT.test(mimeType))
  if (report) return readStatusReport(String(report.content), isRecipient)
  return isAutomaticReply(email) ? undefined : readWords(email.text ?? '', isRecipient)
}

const STATUS_REPORT = /^message\/(global-)?delivery-status$/

/** One block of fields for the message, then one for each recipient. */
function readStatusReport(text: string, isRecipient: IsRecipient): Bounce | undefined {
  const blocks = text
    .replace(/\r\n/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/)
  for (const block of blocks) {
    const address = [...recipientsIn(block)].find(isRecipient)
    if (address) return readRecipientBlock(block, address)
  }
  return undefined
}

/** The recipient we wrote to, where a server forwarded the email and says so, and the one that it ended at. */
function* recipientsIn(block: string): Generator<string> {
  for (const name of ['Original-Recipient', 'Final-Recipient']) {
    const value = /^[\w-]+ *; *(.*)$/.exec(fieldIn(block, name))?.[1]?.replace(/^<(.*)>$/, '$1') ?? ''
    for (const written of [value, fromXtext(value)]) {
      const exact = checkedOrNone(written)
      if (exact) yield exact
    }
  }
}

/** RFC 3461: some servers leave the original recipient as it stands in SMTP. */
function fromXtext(value: string): string {
  return value.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function readRecipientBlock(block: string, address: string): Bounce | undefined {
  const action = fieldIn(block, 'Action').toLowerCase()
  if (action === 'delivered') return { what: 'delivered' }
  if (action !== 'failed') return undefined
  const status = /^[\d.]+/.exec(fieldIn(block, 'Status'))?.[0]
  const reply = fieldIn(block, 'Diagnostic-Code')
  const verdict = classifyFailure({ speaker: 'notification', status, text: reply })
  return { what: 'bounced', verdict, address, reply: reply || `Status: ${status ?? ''}` }
}

function fieldIn(block: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'im').exec(block)?.[1]?.trim() ?? ''
}

/** Out of office, and the like (RFC 3834). A bounce in words has none of these. */
function isAutomaticReply({ headers, subject = '' }: Email): boolean {
  const valueOf = (name: string) =>
    headers
      .find(({ key }) => key === name)
      ?.value.trim()
      .toLowerCase() ?? ''
  return (
    !['', 'no'].includes(valueOf('auto-submitted')) ||
    /^(auto[_-]?reply|bulk|junk|list)\b/.test(valueOf('precedence')) ||
    ROBOT_HEADERS.some((name) => valueOf(name) !== '') ||
    AWAY.test(subject.trim())
  )
}

const ROBOT_HEADERS = ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'x-autoresponder']

const AWAY =
  /^(\[?auto(matic|mated)?[ -:]*(reply|response)|automatische antwort|réponse automatique|respuesta automática|risposta automatica|resposta automática|out of (the )?office|away from (the|my)|on (vacation|leave)|vacation|abwesen|fuera de (la )?oficina|absence|nicht im büro)/i

const REMOTE_HOST = /^ *remote host said:/im
const ADDRESSES = /[^\s<>()"',;:[\]]+@[a-z0-9.-]*[a-z0-9]/gi
/** `550 5.1.1 …` and `550 No such user`, at the start of a line or after `said:`, with the lines that belong to it. */
const REPLY = /(?:^|: ?|<)[ \t]*(55[0-4][ -].*(?:\n(?:[ \t]*55[0-4][ -]|[ \t]+\S).*){0,20})/gm
/** Where servers begin to quote our email. */
const QUOTED =
  /^-+ *(below this line|this is a copy|original message|forwarded message|returned message|undelivered message)/im

/** A bounce in words is one if it looks like a server's, names our recipient where it names anybody, and says no such user. */
function readWords(text: string, isRecipient: IsRecipient): Bounce | undefined {
  const [own = ''] = text.slice(0, LONGEST_WORDS).replace(/\r\n/g, '\n').split(QUOTED)
  const named = (own.match(ADDRESSES) ?? [])
    .slice(0, MOST_ADDRESSES)
    .flatMap((one) => checkedOrNone(one) ?? [])
  const address = named.find(isRecipient)
  if (named.length > 0 ? !address : !REMOTE_HOST.test(own)) return undefined
  const isBounce = Array.from(own.matchAll(REPLY), ([, reply]) => reply).some(
    (reply) => classifyFailure({ speaker: 'notification', text: reply }) === 'no-such-mailbox',
  )
  return isBounce ? { what: 'bounced', verdict: 'no-such-mailbox', address } : undefined
}

const LONGEST_WORDS = 20_000
const MOST_ADDRESSES = 20
