import { htmlEncoders, plainly, textEncoders } from './encode.ts'
import { cut, filled, type Fills, type Template, withMarkers } from './fill.ts'
import { type Copy, htmlSource, textSource } from './layout.ts'

export const locales = ['en', 'es'] as const
export type EmailLocale = (typeof locales)[number]

/** What a reader gets. */
export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

/** An email to one reader, taken apart: most of it is the same for thousands, who differ in a link and a code. */
export interface ComposedEmail {
  locale: EmailLocale
  /** The same for all who read the same but for their own values. */
  key: string
  /** This reader's own values, by name: they stand where the marks of `shared` are, in HTML and text alike. */
  own: Fills
  /** What all of this key read, with a mark in place of each own value: `withOwn` puts it in. */
  shared(): Promise<RenderedEmail>
}

export interface Email<Values> {
  name: string
  /** Believable values, for a preview page and for tests. */
  sample: Values
  /** What inboxes show beside the subject. */
  preheader(locale: EmailLocale): string
  /** Any locale we have no words for is answered in English. Throws on a URL that is not http or https. */
  compose(locale: string, values: Values, naming?: Naming): ComposedEmail
}

export interface Naming {
  /** The campaign's title stands in the subject too, where its organizers chose so. */
  namesCampaign?: boolean
}

interface EmailDefinition<Values> {
  name: string
  sample: Values
  copy: Record<EmailLocale, Copy>
  /** Each `{slot}` of the copy, as plain text; it is escaped where it lands. */
  fills(values: Values, locale: EmailLocale): Fills
  /** The slots that differ from one reader to the next: links and codes, never words. */
  own?: OwnSlots
}

interface Compiled {
  html: Template
  text: Template
}

/** One email in all its locales. MJML takes tens of milliseconds, so each locale is compiled once, at first use. */
export function defineEmail<Values>({
  name,
  sample,
  copy,
  fills,
  own: ownSlots = {},
}: EmailDefinition<Values>): Email<Values> {
  const compiled = new Map<EmailLocale, Promise<Compiled>>()
  const compiledFor = (locale: EmailLocale) => {
    const known = compiled.get(locale) ?? compile(locale, copy[locale])
    compiled.set(locale, known)
    return known
  }

  return {
    name,
    sample,
    preheader: (locale) => copy[locale].preheader,
    compose(wanted, values, { namesCampaign = false } = {}) {
      const locale = spokenLocale(wanted)
      const { own, shared } = apart(fills(values, locale), ownSlots)
      const subject = subjectOf(copy[locale], namesCampaign)
      return {
        locale,
        key: JSON.stringify([name, locale, subject, shared]),
        own,
        async shared() {
          const { html, text } = await compiledFor(locale)
          const fills = { shared, own: Object.keys(ownSlots) }
          return {
            subject: shortened(filled(cut(withMarkers(subject, 'text')), fills, textEncoders)),
            html: filled(html, fills, htmlEncoders),
            text: filled(text, fills, textEncoders),
          }
        },
      }
    },
  }
}

type OwnSlots = Record<string, 'text' | 'url'>

function apart(fills: Fills, slots: OwnSlots): { own: Fills; shared: Fills } {
  const shared = { ...fills }
  const own: Fills = {}
  for (const [slot, kind] of Object.entries(slots)) {
    own[slot] = plainly(fills[slot] ?? '', kind)
    delete shared[slot]
  }
  return { own, shared }
}

/** A subject shows on lock screens and in a provider's logs: it names the campaign only where that was chosen. */
function subjectOf({ subject, namingSubject }: Copy, namesCampaign: boolean): string {
  return namesCampaign && namingSubject ? namingSubject : subject
}

const LONGEST_SUBJECT = 150

/** A title comes last in it: what is cut off is the least of it. */
function shortened(subject: string): string {
  const characters = [...subject]
  if (characters.length <= LONGEST_SUBJECT) return subject
  return `${characters
    .slice(0, LONGEST_SUBJECT - 1)
    .join('')
    .trimEnd()}…`
}

/** `es-MX` reads Spanish; what we do not speak reads English. */
export function spokenLocale(wanted: string): EmailLocale {
  const language = wanted.toLowerCase().split('-', 1)[0]
  return locales.find((locale) => locale === language) ?? 'en'
}

const durations = new Map<string, Intl.NumberFormat>()

/** "7 days", "1 día": counted and named as the locale does. A format is kept: making one takes longer than a whole letter. */
export function duration(locale: EmailLocale, count: number, unit: 'day' | 'hour'): string {
  const name = `${locale} ${unit}`
  const format =
    durations.get(name) ?? new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  durations.set(name, format)
  return format.format(count)
}

/** "12,500", as the pages write it: in Spanish as it is written in the United States. */
export function figure(locale: EmailLocale, count: number): string {
  return new Intl.NumberFormat(locale === 'es' ? 'es-US' : locale).format(count)
}

/** A date with its time, in UTC. */
export function moment(locale: EmailLocale, at: Date): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' })
    .format(at)
    .concat(' UTC')
}

/** MJML is loaded only here: a process that sends no mail need not carry it. */
async function compile(locale: EmailLocale, copy: Copy): Promise<Compiled> {
  const { default: mjml2html } = await import('mjml')
  // Without this MJML links Google's fonts, which would tell Google who opens the mail.
  const { html } = await mjml2html(htmlSource(locale, copy), { fonts: {}, validationLevel: 'strict' })
  return { html: cut(html), text: cut(textSource(copy)) }
}
