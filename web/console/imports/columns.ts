import type { Row } from '../../../server/imports/contract.ts'
import { isBlank, type Sheet } from './sheet.ts'

export type Meaning = 'email' | 'campus' | 'locale'

/** Which column holds what, from 0; -1: none. */
export type Columns = Record<Meaning, number>

const headings: Record<Meaning, RegExp> = {
  email: /e-?mail|correo/i,
  campus: /campus|universi|school|college|escuela|dom(ain|inio)/i,
  locale: /locale|language|lengua|idioma/i,
}

/** The first row holds headings where no cell of it has an @. */
export function hasHeadings([first = []]: Sheet): boolean {
  return !first.some((cell) => cell.includes('@'))
}

/** By the headings in English and Spanish; where there are none, the addresses are where an @ stands. */
export function guessedColumns(sheet: Sheet): Columns {
  const [first = []] = sheet
  const named = (meaning: Meaning) =>
    hasHeadings(sheet) ? first.findIndex((cell) => headings[meaning].test(cell)) : -1
  const email = named('email')
  const campus = first.findIndex(
    (cell, at) => at !== email && hasHeadings(sheet) && headings.campus.test(cell),
  )
  return { email: email >= 0 ? email : columnOfAddresses(sheet), campus, locale: named('locale') }
}

function columnOfAddresses(sheet: Sheet): number {
  const row = sheet.find((cells) => cells.some((cell) => cell.includes('@'))) ?? []
  return Math.max(
    0,
    row.findIndex((cell) => cell.includes('@')),
  )
}

const languages: [RegExp, string][] = [
  [/^(en|eng|english|ingl[eé]s)\b/i, 'en'],
  [/^(es|spa|spanish|espa[nñ]ol|castellano)\b/i, 'es'],
]

/** What is sent of each row that is not blank, with its number in the sheet; a cell too long for it stays malformed. */
export function rowsOf(sheet: Sheet, columns: Columns): Row[] {
  return sheet.flatMap((cells, at) => {
    const isHeading = at === 0 && hasHeadings(sheet)
    if (isHeading || isBlank(cells)) return []
    const cell = (meaning: Meaning) => (cells[columns[meaning]] ?? '').trim()
    const campus = cell('campus').slice(0, 253)
    const locale = localeOf(cell('locale'))
    return [
      {
        row: at + 1,
        email: cell('email').slice(0, 320),
        ...(campus && { campus }),
        ...(locale && { locale }),
      },
    ]
  })
}

function localeOf(typed: string): string {
  return languages.find(([words]) => words.test(typed))?.[1] ?? typed.slice(0, 35)
}
