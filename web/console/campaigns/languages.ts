/** What the languages of campaigns are called here. */
const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' })

/** "Spanish" */
export function languageName(locale: string): string {
  return names.of(locale) ?? locale
}

/** Those that are offered first; the pages' own words are there in the first two. */
export const languages = ['en', 'es', 'ht', 'pt', 'fr', 'zh', 'vi', 'ko', 'tl', 'ar', 'hi', 'so', 'am']
