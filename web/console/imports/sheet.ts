import { withoutGuards } from '../../../spreadsheets/csv-row.ts'

/** A sheet as rows of texts, from whatever an organizer has. Its libraries are loaded when there is something to read. */

const MOST_BYTES = 5_000_000
const MOST_ROWS = 10_000
const MOST_COLUMNS = 200

export type Sheet = string[][]

/** Why a sheet cannot be read, in a sentence that says what to do. */
export class Unreadable extends Error {}

/** @throws Unreadable */
export async function sheetOfFile(file: File): Promise<Sheet> {
  if (file.size > MOST_BYTES) throw new Unreadable('This file is larger than 5 MB. Bring it in in parts.')
  if (/\.xlsx$/i.test(file.name)) return await sheetOfWorkbook(file)
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

async function sheetOfWorkbook(file: File): Promise<Sheet> {
  const cells = await cellsOf(file).catch((cause: unknown) => {
    if (cause instanceof Unreadable) throw cause
    throw new Unreadable('This workbook cannot be read. Save it as CSV, and choose that file.')
  })
  return checked(cells.map((row) => row.map((cell) => (cell === null ? '' : String(cell)))))
}

async function cellsOf(file: File) {
  const [{ isBomb }, { readSheet }] = await Promise.all([
    import('./bombs.ts'),
    import('read-excel-file/browser'),
  ])
  if (isBomb(new Uint8Array(await file.arrayBuffer())))
    throw new Unreadable(
      'This workbook holds more than can be read. Copy the rows that you need into a new one.',
    )
  return await readSheet(file)
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
