/** How a signer is listed. The server and the form both use it, so that they agree. */

const MOST_LETTERS = 20
/** At most four marks: a pile of them would cover the lines around it. */
const LETTERS = /\p{L}[\p{Mn}\p{Mc}]{0,4}|['’‘]/gu
const APOSTROPHE = /['’‘]/
const WORDS = /\p{L}[\p{L}\p{M}]*(?:['’‘]\p{L}[\p{L}\p{M}]*)*/gu
/** These scripts put the family name first, and often no space after it. */
const FAMILY_FIRST = /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}]/u
/** A foreign name between such dots keeps its own order: "ジョン・スミス". */
const FOREIGN_ORDER = /[・·‧•]/
const TITLE_BEFORE = /^(?:dra?|prof|mrs?|m[sx]|miss|rev|sr|sra|srta)$/i
const TITLE_AFTER = /^(?:[js]r|ii|iii|iv|phd|[mj]d|esq|mba)$/i

/**
 * "Ada L." for "Ada Lovelace", "Lovelace, Ada" and "ada.lovelace"; "王" for "王小明". Never more than a first name of 20
 * letters and one initial.
 * @returns an empty text where no name is left: for "Dr."
 */
export function listedName(typed: string): string {
  const text = typed.replace(/[´`]/g, '’').normalize('NFKC')
  const isForeign = FOREIGN_ORDER.test(text)
  const segments = text
    .replace(/\([^()]*\)/g, ' ')
    .replace(/[\u200c\u200d]/g, '')
    .replace(/\b(ph|m|j)\. ?d\b/gi, '$1d')
    .replace(/(\p{L}\p{L}\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .split(',')
    .map((segment) => segment.match(WORDS) ?? [])
  const [family = [], given = family] = segments.map(withoutTitles).filter((words) => words[0])
  const [first, ...others] = given
  if (!first) return ''
  const last = given === family ? others.at(-1) : family.at(-1)
  // The one word that is left beside a title is a family name: "Dr. Hopper".
  if (!last && segments.flat().length > 1) return `${initial(first)}.`
  const shown = firstName(first, isForeign)
  const isWhole = !isForeign && FAMILY_FIRST.test(shown)
  return last && !isWhole ? `${shown} ${initial(last)}.` : shown
}

function withoutTitles(words: string[]): string[] {
  const from = words.findIndex((word) => !TITLE_BEFORE.test(word))
  const to = words.findLastIndex((word) => !TITLE_AFTER.test(word))
  return from < 0 ? [] : words.slice(from, to + 1)
}

/** An apostrophe belongs to it where one or two letters come before: "D'Angelo", "Ka'iulani". */
function firstName(word: string, isForeign: boolean): string {
  const letters = word.match(LETTERS) ?? []
  const end = letters.findIndex(
    (letter, at) =>
      at === MOST_LETTERS ||
      (at > 2 && APOSTROPHE.test(letter)) ||
      (at > 0 && !isForeign && FAMILY_FIRST.test(letters[0] + letter)),
  )
  return capital(letters.slice(0, end < 0 ? undefined : end).join(''))
}

function initial(word: string): string {
  return capital((word.match(LETTERS) ?? [''])[0])
}

/** Georgian has capitals that no name begins with. */
function capital(word: string): string {
  const [letter = ''] = word
  const upper = letter.toUpperCase()
  return upper.length === letter.length && !/\p{sc=Georgian}/u.test(letter)
    ? upper + word.slice(letter.length)
    : word
}
