import { checkedLine, invalid } from './wording.ts'
import type { Localized } from './reading.ts'

interface Asked {
  field: string
  what: string
  longest: number
  /** Of the campaign, its own first. */
  locales: readonly string[]
}

/**
 * What was typed in the campaign's locales; what was left empty is left out, and is shown in the campaign's own.
 * @throws Refusal `setting-invalid`
 */
export function checkedLocalized(typed: Localized, { locales, ...asked }: Asked): Localized {
  const [own = ''] = locales
  const said = locales.map((locale) => [
    locale,
    checkedLine(typed[locale] ?? '', { ...asked, field: `${asked.field}/${locale}` }),
  ])
  const words = Object.fromEntries(said.filter(([, line]) => line)) as Localized
  if (!words[own]) {
    throw invalid(
      `${asked.field}/${own}`,
      `${asked.what} is missing in ${languageName(own)}. Type it, or take the entry away.`,
    )
  }
  return words
}

/** Whether somebody who was shown the old words would read the new ones as the same; a translation may be added. */
export function saysTheSame(old: Localized, now: Localized, locales: readonly string[]): boolean {
  return locales.every((locale) => old[locale] === undefined || old[locale] === now[locale])
}

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' })

/** "Spanish" */
export function languageName(locale: string): string {
  return names.of(locale) ?? locale
}
