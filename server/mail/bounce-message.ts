import PostalMime, { type Email } from 'postal-mime'
import type { Heard } from './back-channel.ts'
import { isAboutTheAddress, isNoMailbox } from './mailbox-status.ts'

type Said = Pick<Heard, 'what' | 'isForGood' | 'blamesAddress'>

/**
 * What came back says of the letter: a delivery status notification (RFC 3464), or a bounce in words alone, of which only a
 * permanent code counts. Whatever a robot or a person answered says nothing.
 * @param isFromNobody whether its envelope has no sender, as that of every bounce
 */
export async function saidIn(
  message: Buffer,
  { isFromNobody }: { isFromNobody: boolean },
): Promise<Said | undefined> {
  const email = await PostalMime.parse(message, { attachmentEncoding: 'utf8', maxNestingDepth: 20 })
  const status = email.attachments.find(({ mimeType }) => mimeType === 'message/delivery-status')
  if (status) return saidByStatus(String(status.content))
  return isFromNobody && !isAnswer(email) ? saidInWords(email.text ?? '') : undefined
}

/** One block of fields for the message, then one for each recipient: ours has one. */
function saidByStatus(text: string): Said | undefined {
  const action = fieldIn(text, 'Action')
  const status = fieldIn(text, 'Status')
  if (action === 'failed') return cameBack(status)
  if (action === 'delivered') return { what: 'delivered' }
  return undefined
}

function cameBack(status: string): Said {
  return { what: 'bounced', isForGood: isNoMailbox(status), blamesAddress: isAboutTheAddress(status) }
}

/** Its first word; what follows is for people. */
function fieldIn(text: string, name: string): string {
  return new RegExp(`^${name}:\\s*([\\w.]+)`, 'im').exec(text)?.[1]?.toLowerCase() ?? ''
}

/** Out of office, and the like (RFC 3834). */
function isAnswer({ headers }: Email): boolean {
  const valueOf = (name: string) => headers.find(({ key }) => key === name)?.value.toLowerCase() ?? ''
  return valueOf('auto-submitted').startsWith('auto-replied') || valueOf('x-autoreply') !== ''
}

/** `550 5.1.1 …`, `#5.1.1`, `550 No such user`; a code of six digits that our letter holds is none of these. */
function saidInWords(text: string): Said | undefined {
  const [, status] = /(?:^|[\s#(<])(5\.\d{1,3}\.\d{1,3})\b/.exec(text) ?? []
  if (status) return cameBack(status)
  const isRefused = /(?:^|: ?)55[0-4][ -](?!\d{3}\b)\S/m.test(text)
  return isRefused ? { what: 'bounced', isForGood: true, blamesAddress: true } : undefined
}
