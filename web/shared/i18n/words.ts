/** Only the server reads this: it picks the words of the page's locale, and of these what the page needs. */
import { en, type Words } from './en.ts'
import { es } from './es.ts'

const locales: Record<string, Words> = { en, es }

export function wordsFor(locale: string): Words {
  return locales[locale] ?? locales[locale.split('-')[0]!] ?? en
}

/** The groups of words with which a page lives on in the browser. */
export function pick<Group extends keyof Words>(words: Words, groups: readonly Group[]): Pick<Words, Group> {
  return Object.fromEntries(groups.map((group) => [group, words[group]])) as Pick<Words, Group>
}
