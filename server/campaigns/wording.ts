import { Refusal } from '../refusal.ts'

/** Controls, and signs that turn the direction of the letters around them: what is read would not be what is stored. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

interface Asked {
  /** Where it stands in the request: "texts/0/title". */
  field: string
  /** As a sentence names it: "The title". */
  what: string
  longest: number
}

/**
 * What an organizer typed as one line or paragraph: composed, all spaces and line breaks made one space.
 * @throws Refusal `setting-invalid`
 */
export function checkedLine(typed: string, { field, what, longest }: Asked): string {
  const line = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (UNSEEN.test(line) || !line.isWellFormed()) {
    throw invalid(field, `${what} holds signs that cannot be seen. Type it anew instead of pasting it.`)
  }
  const length = [...line].length
  if (length > longest) {
    throw invalid(field, `${what} has ${length} characters; ${longest} is the most. Make it shorter.`)
  }
  return line
}

/** The same for paragraphs, with an empty line between. @throws Refusal `setting-invalid` */
export function checkedParagraphs(typed: string, asked: Asked): string {
  const paragraphs = typed.split(/(?:\r?\n\s*){2,}/).map((paragraph) => checkedLine(paragraph, asked))
  const joined = paragraphs.filter(Boolean).join('\n\n')
  if (joined.length > asked.longest) {
    throw invalid(asked.field, `${asked.what} is too long: ${asked.longest} characters are the most.`)
  }
  return joined
}

/** @throws Refusal `setting-invalid` where nothing was typed */
export function requiredLine(typed: string, asked: Asked): string {
  const line = checkedLine(typed, asked)
  if (!line) throw invalid(asked.field, `${asked.what} is missing. Type it, or take the entry away.`)
  return line
}

const LONGEST_LINK = 500

/** A link that everybody may follow safely: https, and no password in it. @throws Refusal `setting-invalid` */
export function checkedLink(typed: string, { field, what }: Omit<Asked, 'longest'>): string {
  const line = requiredLine(typed, { field, what, longest: LONGEST_LINK })
  const url = URL.canParse(line) ? new URL(line) : undefined
  if (url?.protocol !== 'https:' || !url.hostname.includes('.')) {
    throw invalid(field, `${what} has to be a whole address that begins with https://.`)
  }
  if (url.username || url.password) {
    throw invalid(field, `${what} holds a user name or password, which everybody would see. Take it out.`)
  }
  return url.href
}

export function invalid(field: string, detail: string): Refusal {
  return new Refusal('setting-invalid', detail, { field })
}
