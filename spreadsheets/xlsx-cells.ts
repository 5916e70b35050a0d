import type { Cell, Column } from './cell.ts'

export const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

const DAY_MS = 86_400_000
/** Day 0 of spreadsheets, as they count from 1900-03-01 on. */
const DAY_ZERO = Date.UTC(1899, 11, 30)
/** In `styles`: a date. */
const DATE_STYLE = 1

/** Each text once: cells name it by its number. */
export class SharedStrings {
  readonly #numbers = new Map<string, number>()

  numberOf(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  *part(): Generator<string> {
    yield `${xml}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
    for (const text of this.#numbers.keys()) yield `<si><t xml:space="preserve">${escaped(text)}</t></si>`
    yield '</sst>'
  }
}

/** Writes the row of these cells, for its number. */
export function templateOf(
  cells: Cell[],
  columns: Column[],
  strings: SharedStrings,
): (row: number) => string {
  const written = cells.flatMap((cell, place) =>
    cell === null ? [] : [[letterOf(place), valueOf(cell, columns[place], strings)]],
  )
  const parts = ['<row r="', '">']
  for (const [letter, value] of written) {
    parts[parts.length - 1] += `<c r="${letter}`
    parts.push(`"${value}</c>`)
  }
  parts[parts.length - 1] += '</row>'
  return (row) => parts.join(String(row))
}

export function textCell(text: string, place: number, row: number, strings: SharedStrings): string {
  return `<c r="${letterOf(place)}${row}"${ofText(text, strings)}</c>`
}

/** From after the cell's address to its end. */
function valueOf(cell: string | number, column: Column | undefined, strings: SharedStrings): string {
  if (typeof cell === 'number') return `><v>${cell}</v>`
  if (column?.type === 'day' && /^\d{4}-\d\d-\d\d$/.test(cell)) {
    return ` s="${DATE_STYLE}"><v>${(Date.parse(cell) - DAY_ZERO) / DAY_MS}</v>`
  }
  return ofText(cell, strings)
}

function ofText(text: string, strings: SharedStrings): string {
  return ` t="s"><v>${strings.numberOf(text)}</v>`
}

function letterOf(place: number): string {
  return String.fromCharCode(65 + place)
}

/** As XML can hold it: without the control characters that it forbids. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
      .replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
      .replaceAll('\r', '&#13;')
  )
}
