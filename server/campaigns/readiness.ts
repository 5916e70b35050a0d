import { languageName } from './localized.ts'
import type { Campaign, Localized } from './reading.ts'

/** What keeps a campaign from opening, each in a sentence that says what to do. */
export function missingIn(campaign: Campaign, now: Date): string[] {
  return [...unwritten(campaign), ...untranslated(campaign), ...overdue(campaign, now)]
}

function unwritten({ texts }: Campaign): string[] {
  return texts
    .filter(({ title, body }) => !title || !body)
    .map(({ locale }) => `Write the pledge in ${languageName(locale)}.`)
}

function untranslated({ locales, targets, clauses, questions }: Campaign): string[] {
  return locales.flatMap((locale) => {
    const lacks = (words: Localized) => !words[locale]
    const language = languageName(locale)
    return [
      ...targets
        .filter(({ reason }) => lacks(reason))
        .map(({ name }) => `Say in ${language} why ${name} is named.`),
      ...(clauses.some(({ words }) => lacks(words)) ? [`Write all clauses in ${language} too.`] : []),
      ...(questions.some(({ words, options }) => lacks(words) || options.some((one) => lacks(one.words)))
        ? [`Write all questions and answers in ${language} too.`]
        : []),
    ]
  })
}

function overdue({ closesAt }: Campaign, now: Date): string[] {
  return closesAt && closesAt <= now
    ? ['The day on which it closes has passed: choose a later one, or none.']
    : []
}
