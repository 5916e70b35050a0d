import type { EmailLocale } from './email.ts'
import { type EmailName, emails, renderEmail } from './emails.ts'
import { inScheme, type Scheme } from './theme.ts'

/** An email with its sample values, as a page shows it to whoever works on it. */
export interface EmailPreview {
  name: EmailName
  /** As an inbox shows it: naming nothing, and where organizers chose so, naming the campaign. */
  inbox: { sender: string; subject: string }[]
  preheader: string
  html: string
  text: string
  bytes: number
}

export const emailNames = Object.keys(emails) as EmailName[]

export async function previewOf(
  name: EmailName,
  locale: EmailLocale,
  scheme: Scheme = 'light',
): Promise<EmailPreview> {
  const { sample, preheader } = emails[name]
  const { subject, html, text } = await renderEmail(name, locale, sample as never)
  const naming = await renderEmail(name, locale, sample as never, { namesCampaign: true })
  return {
    name,
    inbox: [
      { sender: 'Estamos', subject },
      ...('campaignTitle' in sample ? [{ sender: sample.campaignTitle, subject: naming.subject }] : []),
    ],
    preheader: preheader(locale),
    html: inScheme(html, scheme),
    text,
    bytes: Buffer.byteLength(html),
  }
}
