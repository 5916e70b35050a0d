import type { SeenRow } from '../../../server/imports/contract.ts'
import { BYTE_ORDER_MARK, csvRow } from '../../../spreadsheets/csv-row.ts'
import type { Seen } from './bringing.svelte.ts'

export const words: Record<SeenRow['status'], string> = {
  ok: 'New',
  double: 'Double',
  'unknown-campus': 'Unknown campus',
  'which-campus': 'Which campus?',
  'not-eligible': 'No campus address',
  malformed: 'Malformed',
}

/** As every file of ours, so that it can be mended in a spreadsheet program and brought in again. */
export function problemsCsv(rows: Seen[]): string {
  const heads = csvRow(['Row', 'Email', 'Campus', 'Kind', 'Reason'])
  const lines = rows.map(({ row, sent: { email, campus = '' }, status, reason = '' }) =>
    csvRow([row, email, campus, words[status], reason]),
  )
  return BYTE_ORDER_MARK + heads + lines.join('')
}
