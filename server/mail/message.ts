import type { PluginFunction, SendMailOptions } from 'nodemailer'
import { MailFailure, refuseUnsafe, type Letter } from './mail.ts'

export interface Sender {
  name: string
  address: string
}

/** Reads `Estamos <hello@example.org>` or `hello@example.org`; throws on any other shape. */
export function readSender(from: string): Sender {
  const parts = /^(?:"?(?<name>[^"<>\p{Cc}]*?)"? *<(?<named>[^<>]+)>|(?<bare>[^<>]+))$/u.exec(
    from.trim(),
  )?.groups
  const address = parts?.named ?? parts?.bare ?? ''
  if (!/^[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(address)) {
    throw new Error('MAIL_FROM is neither "name@domain" nor "Name <name@domain>"')
  }
  return { name: parts?.name?.trim() ?? '', address }
}

/** Constants and one link: a header is no place for data. */
export function headersOf(letter: Pick<Letter, 'locale' | 'unsubscribeUrl'>): Record<string, string> {
  return {
    // RFC 3834: keeps out-of-office robots from answering.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'Content-Language': letter.locale,
    ...(letter.unsubscribeUrl && {
      'List-Unsubscribe': `<${letter.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  }
}

/** What nodemailer makes a MIME message of. Throws a `MailFailure` for an unsafe letter. */
export function messageOf(letter: Letter, from: Sender): SendMailOptions {
  refuseUnsafe(letter)
  return {
    from: { ...from, ...(letter.fromName && { name: letter.fromName }) },
    // As parts, not as a string: a string is parsed again, and may be read as several addresses.
    to: { name: '', address: letter.to },
    subject: letter.subject,
    text: letter.text,
    html: letter.html,
    messageId: letter.messageId,
    headers: headersOf(letter),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Run on the finished message: whatever was made of the address on the way, it goes to that one mailbox or nowhere. */
export const onlyToItsRecipient: PluginFunction = (mail, done) => {
  const { to } = mail.data
  const wanted = typeof to === 'object' && !Array.isArray(to) ? to.address : undefined
  const envelope = mail.message.getEnvelope()
  const isExact = envelope.to.length === 1 && envelope.to[0] === wanted
  done(isExact ? null : new MailFailure('letter-unsafe', { isPermanent: true }))
}
