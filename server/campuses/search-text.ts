import { fold, initials } from './fold.ts'
import type { CampusRow } from './file.ts'

type Searchable = Pick<CampusRow, 'domain' | 'name' | 'shortName' | 'aliases'>

/**
 * What the type-ahead looks through: "| uc berkeley | university of california berkeley | ucb | berkeley |".
 * A term stands whole between bars, and the short name first, so that a query can ask for a whole term, for the
 * beginning of one, or for the beginning of a word, all by one trigram index. Without a short name, its place is empty.
 */
export function searchText({ domain, name, shortName, aliases }: Searchable): string {
  const short = fold(shortName ?? '')
  const names = [name, ...aliases].map(fold)
  const cores = [name, ...aliases.slice(0, 4)].map(core)
  const acronyms = [name, ...aliases.slice(0, 4)].flatMap(acronym)
  const terms = [...names, ...cores, ...acronyms, ...labels(domain), domain.replaceAll('.', ' ')]
  const others = [...new Set(terms)].filter((term) => term && term !== short)
  return `| ${[short, ...others].join(' | ')} |`
}

/** "University of Oxford", "Harvard University": what is left is what people type. */
function core(name: string): string {
  return fold(name).replace(
    /^(the )?(universi\p{L}+|college|institute) (of |de |di |do |da )?|( universi\p{L}+| college)$/gu,
    '',
  )
}

/** None of "UC Berkeley", which nobody calls UB. */
function acronym(name: string): string[] {
  const letters = initials(name)
  const hasOne = /\b[A-Z]{2,}\b/.test(name) && name !== name.toUpperCase()
  return letters.length >= 2 && letters.length <= 8 && !hasOne ? [letters] : []
}

/** "gatech" of "gatech.edu"; of "oxford.emory.edu" none, as Oxford is elsewhere. */
function labels(domain: string): string[] {
  const [label = '', ...rest] = domain.split('.')
  return rest.length === 1 || /^(ac|edu|co|com)\./.test(rest.join('.')) ? [label.replaceAll('-', ' ')] : []
}
