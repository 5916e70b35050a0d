import { type EmailLocale, locales, type Naming, type RenderedEmail } from '../../emails/email.ts'
import { composeEmail, type EmailName, emails, renderEmail } from '../../emails/emails.ts'

export interface Case {
  name: EmailName
  locale: EmailLocale
}

export const names = Object.keys(emails) as EmailName[]
export const everyEmail: Case[] = names.flatMap((name) => locales.map((locale) => ({ name, locale })))

/** Each email with each of its values that somebody of ours typed, and that lands on one line. */
export const everyTypedLine = valuesThat((key) => /(Title|Name)$|^(who|subject)$/.test(key))
/** Each with each of its links: those that all its readers share, and those that are a reader's own. */
export const everySharedLink = valuesThat((key, value, { own }) => isLink(value) && !(key in own))
export const everyOwnLink = valuesThat((key, value, { own }) => isLink(value) && key in own)
export const everyLink = [...everySharedLink, ...everyOwnLink]
export const ofCampaigns = everyEmail.filter(({ name }) => 'campaignTitle' in emails[name].sample)

function isLink(value: unknown): boolean {
  return String(value).startsWith('https:')
}

function valuesThat(
  isWanted: (key: string, value: unknown, email: { own: object }) => boolean,
): (Case & { value: string })[] {
  return everyEmail.flatMap(({ name, locale }) => {
    const email = composeEmail(name, locale, emails[name].sample as never)
    return Object.entries(emails[name].sample)
      .filter(([key, value]) => isWanted(key, value, email))
      .map(([value]) => ({ name, locale, value }))
  })
}

/** The sample, but for some values. */
export async function rendered(
  { name, locale }: { name: EmailName; locale: string },
  different: Record<string, unknown> = {},
  naming?: Naming,
): Promise<RenderedEmail> {
  return await renderEmail(name, locale, { ...emails[name].sample, ...different } as never, naming)
}

/** Without its styles. */
export function contentOf(html: string): string {
  return html.replace(/<style[^]*?<\/style>/g, '')
}

export function linksOf(body: string): string[] {
  return [...new Set(body.match(/https:\/\/[\w.-]+\.(?:org|com)[^\s"<,]*/g) ?? [])]
    .filter((link) => !link.includes('www.w3.org'))
    .sort()
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}
