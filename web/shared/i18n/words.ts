/** Only the server reads this: it picks the words of the page's locale, and each page of these what it needs. */
import { en, type Words } from './en.ts'
import { es } from './es.ts'

const locales: Record<string, Words> = { en, es }

export function wordsFor(locale: string): Words {
  return locales[locale] ?? locales[locale.split('-')[0]!] ?? en
}

export function pick<All extends object, Name extends keyof All>(
  all: All,
  names: readonly Name[],
): Pick<All, Name> {
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Pick<All, Name>
}
