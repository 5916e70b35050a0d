import { strToU8, zipSync } from 'fflate'
import type { Column } from '../../../spreadsheets/cell.ts'
import { BYTE_ORDER_MARK, csvRow } from '../../../spreadsheets/csv-row.ts'
import { SharedStrings, templateOf, textCell } from '../../../spreadsheets/xlsx-cells.ts'
import {
  contentTypes,
  packageLinks,
  SHEET,
  styles,
  WIDTHS,
  workbook,
  workbookLinks,
} from '../../../spreadsheets/xlsx-parts.ts'
import type { OpenedContact } from './opening.ts'

export type ContactsForm = 'csv' | 'xlsx'

const columns: (Column & { key: keyof OpenedContact })[] = [
  { key: 'email', header: 'Email', type: 'text' },
  { key: 'name', header: 'Name', type: 'text' },
  { key: 'day', header: 'Shared on', type: 'day' },
]
const heads = columns.map(({ header }) => header)
const TYPES: Record<ContactsForm, string> = {
  csv: 'text/csv;charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export function fileOf(contacts: OpenedContact[], form: ContactsForm): Blob {
  const parts = form === 'csv' ? csvOf(contacts) : [xlsxOf(contacts)]
  return new Blob(parts, { type: TYPES[form] })
}

function csvOf(contacts: OpenedContact[]): string[] {
  return [BYTE_ORDER_MARK, csvRow(heads), ...contacts.map((contact) => csvRow(cellsOf(contact)))]
}

/** One sheet: of its million rows, no drive has as many contacts. */
function xlsxOf(contacts: OpenedContact[]): Uint8Array<ArrayBuffer> {
  const strings = new SharedStrings()
  const head = heads.map((text, place) => textCell(text, place, 1, strings)).join('')
  const rows = contacts.map((contact, at) => templateOf(cellsOf(contact), columns, strings)(at + 2))
  const parts = {
    '[Content_Types].xml': contentTypes(1),
    '_rels/.rels': packageLinks,
    'xl/workbook.xml': workbook(['Contacts']),
    'xl/_rels/workbook.xml.rels': workbookLinks(1),
    'xl/styles.xml': styles,
    'xl/worksheets/sheet1.xml': `${SHEET}${WIDTHS}<sheetData><row r="1">${head}</row>${rows.join('')}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': [...strings.part()].join(''),
  }
  const packed = Object.entries(parts).map(([path, text]) => [path, strToU8(text)])
  return zipSync(Object.fromEntries(packed), { level: 1 })
}

/** Nothing is written where a name was not given. */
function cellsOf(contact: OpenedContact): (string | null)[] {
  return columns.map(({ key }) => contact[key] || null)
}
