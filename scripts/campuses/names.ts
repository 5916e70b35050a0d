import { fold, initials } from '../../server/campuses/fold.ts'

const institution =
  'University|Universities|College|Colleges|Institute|Institutes|School|Academy|Center|Seminary|Law|Yeshiva|Tech|Universidad|Elley|Rico|Mendez|Inc'
const placed = new RegExp(`^(.*?\\b(?:${institution})\\b[^-]*)-(?=[A-Z])(.+)$`)

/** Two words that one hyphen joins: what stands after it is no place. */
const joined = /Urbana-Champaign|Hardin-Baylor|Wilkes-Barre|Winston-Salem|Year-Round|Medic-Tech/

/** IPEDS writes the place after a hyphen: "University of California-Berkeley". */
export function splitPlace(name: string): { stem: string; place?: string } {
  const found = joined.test(name) ? null : placed.exec(name)
  return found ? { stem: found[1]!.trim(), place: found[2]!.replace(/ Campus$/, '').trim() } : { stem: name }
}

/** The name as people say it. */
export function spokenName(name: string): string {
  const { stem, place } = splitPlace(name)
  if (!place || place === 'Main' || stem.endsWith(` ${place}`)) return tidy(stem)
  return tidy(place.startsWith('Penn State') ? place : `${stem}, ${place}`)
}

export function tidy(name: string): string {
  return name
    .replace(/\bA & M\b/g, 'A&M')
    .replace(/\bA & T\b/g, 'A&T')
    .replace(/\s+/g, ' ')
    .replace(/[\s,;]+$/, '')
    .trim()
}

/** Separated by `|`; where there is none, by commas, semicolons or wide gaps. */
export function splitAliases(text: string): string[] {
  const pieces = text.split(text.includes('|') ? /\|/ : /[,;]\s*|\s{2,}| \/ /)
  return pieces.map((piece) => tidy(piece.replace(/[„`#\]"]/g, ''))).filter(isUsable)
}

const isUsable = (alias: string) =>
  fold(alias).length >= 2 && alias.length <= 80 && !/^(inc|llc)\.?$/i.test(alias)

/** Without those that say the name again, or one another. */
export function newNames(names: string[], known: string[]): string[] {
  const seen = new Set(known.map(fold))
  return names.filter((name) => !seen.has(fold(name)) && seen.add(fold(name)))
}

/** "Georgia Tech" before "MIT", and nothing rather than a nickname nobody would recognize. */
export function shortNameAmong(aliases: string[], name: string, domain: string): string | null {
  const words = new Set(fold(name).split(' '))
  const spoken = aliases.find((alias) => alias.length <= 20 && isSpoken(alias, words))
  return spoken ?? aliases.find((alias) => isAcronym(alias, name, domain)) ?? null
}

function isSpoken(alias: string, words: Set<string>): boolean {
  const spoken = fold(alias).split(' ')
  return spoken.length > 1 && spoken.length < words.size && spoken.some((word) => words.has(word))
}

function isAcronym(alias: string, name: string, domain: string): boolean {
  const letters = fold(alias)
  return (
    /^[A-Z][A-Za-z]{1,6}$/.test(alias) && (letters === initials(name) || letters === domain.split('.')[0])
  )
}

/** "unam.mx" is what the initials of its name say: then that is its short name. */
export function acronymInDomain(name: string, domain: string): string | null {
  const label = domain.split('.')[0] ?? ''
  return label.length > 1 && label === initials(name) ? label.toUpperCase() : null
}
