import { cut, filled, htmlEncoders, textEncoders, type Fills, type Template } from './fill.ts'
import { htmlSource, textSource, type Copy } from './layout.ts'

export const locales = ['en', 'es'] as const
export type EmailLocale = (typeof locales)[number]

/** What a reader gets; the subject is the same for every reader of a locale. */
export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

export interface Email<Values> {
  name: string
  /** Believable values, for a preview page and for tests. */
  sample: Values
  /** Any locale we have no words for is answered in English. Throws on a URL that is not http or https. */
  render(locale: string, values: Values): Promise<RenderedEmail>
}

interface EmailDefinition<Values> {
  name: string
  sample: Values
  copy: Record<EmailLocale, Copy>
  /** Each `{slot}` of the copy, as plain text; it is escaped where it lands. */
  fills(values: Values, locale: EmailLocale): Fills
}

interface Compiled {
  html: Template
  text: Template
}

/** One email in all its locales. MJML takes tens of milliseconds, so each locale is compiled once, at first use. */
export function defineEmail<Values>({ name, sample, copy, fills }: EmailDefinition<Values>): Email<Values> {
  const compiled = new Map<EmailLocale, Promise<Compiled>>()
  const compiledFor = (locale: EmailLocale) => {
    const known = compiled.get(locale) ?? compile(locale, copy[locale])
    compiled.set(locale, known)
    return known
  }

  return {
    name,
    sample,
    async render(wanted, values) {
      const locale = spokenLocale(wanted)
      const { html, text } = await compiledFor(locale)
      const words = fills(values, locale)
      return {
        subject: copy[locale].subject,
        html: filled(html, words, htmlEncoders),
        text: filled(text, words, textEncoders),
      }
    },
  }
}

/** `es-MX` reads Spanish; what we do not speak reads English. */
export function spokenLocale(wanted: string): EmailLocale {
  const language = wanted.toLowerCase().split('-', 1)[0]
  return locales.find((locale) => locale === language) ?? 'en'
}

/** "7 days", "1 día": counted and named as the locale does. */
export function duration(locale: EmailLocale, count: number, unit: 'day' | 'hour'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** MJML is loaded only here: a process that sends no mail need not carry it. */
async function compile(locale: EmailLocale, copy: Copy): Promise<Compiled> {
  const { default: mjml2html } = await import('mjml')
  // Without this MJML links Google's fonts, which would tell Google who opens the mail.
  const { html } = await mjml2html(htmlSource(locale, copy), { fonts: {}, validationLevel: 'strict' })
  return { html: cut(html), text: cut(textSource(copy)) }
}
