/**
 * The one way to write a row of CSV: for exports of the server and for files that the browser makes.
 *
 * Before a sign with which a spreadsheet program could begin a formula stand a tab and an apostrophe: programs that read
 * an apostrophe as "this is text" drop it when they save, unless the tab keeps it from being the first; a tab alone
 * begins a new cell where tabs separate them. They stand behind separators inside a cell too, since in other countries
 * the semicolon ends a cell, whatever the quotes say.
 */
import type { Cell } from './cell.ts'

/** What tells Excel that a file is UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF'

const GUARD = "\t'"
/** As wide and small signs too: Numbers takes them all for one. */
const SIGN = '[=+\\-@\\uFF1D\\uFF0B\\uFF0D\\uFF20\\uFE66\\uFE62\\uFE63\\uFE6B]'
const SEPARATOR = '[,;|\\t\\r\\n"\']'
/** What looks like a guard gets one too, so that it is told from ours. */
const FORMULA = new RegExp(`(?<=^|${SEPARATOR})(?=\\s*${SIGN}|${GUARD})|^(?=[\\t\\r\\n])`, 'g')
const BEGINS_CELL = new RegExp(`(^|${SEPARATOR})$`)
const NEEDS_QUOTES = /[",;|\t\r\n]/

/** RFC 4180, with the end of its line. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(written).join(',')}\r\n`
}

function written(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = cell.replace(FORMULA, GUARD)
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A cell of a file that we wrote, as it was before. */
export function withoutGuards(cell: string): string {
  if (!cell.includes(GUARD)) return cell
  let text = ''
  for (let at = 0; at < cell.length; at += 1) {
    if (cell.startsWith(GUARD, at) && BEGINS_CELL.test(text.slice(-1))) at += GUARD.length
    text += cell[at] ?? ''
  }
  return text
}
