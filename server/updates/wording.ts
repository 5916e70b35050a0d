import { LONGEST_UPDATE, LONGEST_UPDATE_SUBJECT } from '../../emails/update.ts'
import { languageName } from '../campaigns/localized.ts'
import { checkedLine, invalid } from '../campaigns/wording.ts'
import { Refusal } from '../refusal.ts'

/** What an update says, by locale. */
export type Words = Record<string, Said>
export interface Said {
  subject: string
  body: string
}

/** What mail providers take for spam, and readers for a trap: nobody sees where such a link leads. */
const SHORTENERS = ['bit.ly', 'buff.ly', 'cutt.ly', 'goo.gl', 'is.gd', 'ow.ly', 'rb.gy', 'shorturl.at']
const MORE_SHORTENERS = ['t.co', 't.ly', 'tiny.cc', 'tinyurl.com']

const shortened = new RegExp(
  `(?<![\\w.-])(${[...SHORTENERS, ...MORE_SHORTENERS].join('|').replaceAll('.', '\\.')})/\\w`,
  'i',
)

/**
 * What goes out: each locale that has any words, checked. A locale without is left out, and its readers get another.
 * @throws Refusal `setting-invalid`
 */
export function checkedWords(words: Words, locales: readonly string[]): Words {
  const said = locales.flatMap((locale) => {
    const one = words[locale]
    return one && (one.subject.trim() || one.body.trim()) ? [[locale, checkedSaid(locale, one)] as const] : []
  })
  if (said.length === 0)
    throw invalid('words', 'Nothing is written yet: an update needs a subject and a text.')
  return Object.fromEntries(said)
}

function checkedSaid(locale: string, { subject, body }: Said): Said {
  const name = languageName(locale)
  const field = (part: string) => `words/${locale}/${part}`
  const checked = {
    subject: checkedLine(subject, {
      field: field('subject'),
      what: `The subject in ${name}`,
      longest: LONGEST_UPDATE_SUBJECT,
    }),
    body: checkedBody(body, { field: field('body'), what: `The text in ${name}` }),
  }
  if (!checked.subject) throw invalid(field('subject'), `The ${name} text has no subject. Give it one.`)
  if (!checked.body)
    throw invalid(field('body'), `The ${name} subject has no text. Write it, or take both away.`)
  return checked
}

/** Lines as they were typed, and an empty one between paragraphs. */
function checkedBody(typed: string, asked: { field: string; what: string }): string {
  const lines = typed.split(/\r?\n/).map((line) => checkedLine(line, { ...asked, longest: Infinity }))
  const body = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  if (body.length > LONGEST_UPDATE) {
    throw invalid(
      asked.field,
      `${asked.what} has ${body.length.toLocaleString('en')} characters; ${LONGEST_UPDATE.toLocaleString('en')} is the most. Make it shorter.`,
    )
  }
  const short = shortened.exec(body)?.[1]
  if (!short) return body
  throw invalid(
    asked.field,
    `${asked.what} holds a ${short} link. Mail providers take such for spam, and nobody sees where it leads: put the whole address.`,
  )
}

/** What is wrong with it, in sentences; empty where it may go out. */
export function problemsIn(words: Words, locales: readonly string[]): string[] {
  try {
    checkedWords(words, locales)
    return []
  } catch (error) {
    if (error instanceof Refusal) return [error.message]
    throw error
  }
}

/** The locale in which somebody reads it: hers, her language, the campaign's own, or whichever there is. */
export function localeFor(words: Words, wanted: string, locales: readonly string[]): string {
  const language = wanted.split('-')[0] ?? ''
  const found = [wanted, language, ...locales, ...Object.keys(words)].find((locale) => words[locale])
  if (!found) throw new Error('an update without words')
  return found
}
