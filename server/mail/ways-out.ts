import type { Mail } from './mail.ts'
import { mailboxMail } from './mailbox.ts'
import type { ReturnPaths } from './return-paths.ts'
import { sendgridMail } from './sendgrid.ts'
import { type DkimKey, smtpMail } from './smtp.ts'

export interface MailSettings {
  /** `Estamos <hello@example.org>`: what every reader sees, so it names no campaign. */
  mailFrom: string
  smtpUrl?: string | undefined
  /** Signs what goes over SMTP; SendGrid signs by keys of its own. */
  dkim?: DkimKey | undefined
  /** Where letters over SMTP come back to; with SendGrid that is SendGrid. */
  returnPaths?: ReturnPaths | undefined
  sendgridApiKey?: string | undefined
  sendgridBaseUrl?: string | undefined
  mailboxFolder?: string | undefined
}

/** The one way out for all letters. A mailbox folder wins over all else: a demo never mails a person. Throws on none, or two. */
export function openMail({
  mailFrom: from,
  mailboxFolder,
  smtpUrl,
  dkim,
  returnPaths,
  sendgridApiKey,
  sendgridBaseUrl,
}: MailSettings): Mail {
  if (mailboxFolder) return mailboxMail({ folder: mailboxFolder, from })
  if (smtpUrl && sendgridApiKey)
    throw new Error('SMTP_URL and SENDGRID_API_KEY are both set: which one is meant?')
  if (smtpUrl) return smtpMail({ url: smtpUrl, from, dkim, returnPaths })
  if (sendgridApiKey) return sendgridMail({ apiKey: sendgridApiKey, from, baseUrl: sendgridBaseUrl })
  throw new Error('There is no way out for mail: set SMTP_URL or SENDGRID_API_KEY')
}
