import { withoutGuards } from '../../../spreadsheets/csv-row.ts'
import { Unreadable } from './unreadable.ts'

/** A sheet as rows of texts, from whatever an organizer has. Its libraries are loaded when there is something to read. */

const MOST_BYTES = 5_000_000
const MOST_ROWS = 10_000
const MOST_COLUMNS = 200

export type Sheet = string[][]

/**
 * @param sheetOfWorkbook how a workbook's first sheet is read
 * @throws Unreadable
 */
export async function sheetOfFile(
  file: File,
  sheetOfWorkbook: (file: File) => Promise<Sheet>,
): Promise<Sheet> {
  if (file.size > MOST_BYTES) throw new Unreadable('This file is larger than 5 MB. Bring it in in parts.')
  if (/\.xlsx$/i.test(file.name)) return checked(await sheetOfWorkbook(file))
  if (/\.(xls|ods|numbers)$/i.test(file.name))
    throw new Unreadable('Save it as CSV or XLSX first, and choose that file.')
  return await sheetOfText(await file.text())
}

/** CSV, or cells copied out of a spreadsheet, or one address a line. @throws Unreadable */
export async function sheetOfText(text: string): Promise<Sheet> {
  const { default: Papa } = await import('papaparse')
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), {
    delimitersToGuess: [',', ';', '\t', '|'],
  })
  return checked(data.map((row) => row.map(withoutGuards)))
}

function checked(sheet: Sheet): Sheet {
  if (sheet.every(isBlank)) throw new Unreadable('There is nothing in it.')
  if (sheet.length > MOST_ROWS)
    throw new Unreadable(`It has more than ${MOST_ROWS.toLocaleString()} rows. Bring it in in parts.`)
  if (sheet.some((row) => row.length > MOST_COLUMNS))
    throw new Unreadable(
      `It has more than ${MOST_COLUMNS} columns. Copy those that you need into a new sheet.`,
    )
  return sheet
}

export function isBlank(row: string[]): boolean {
  return row.every((cell) => cell.trim() === '')
}
