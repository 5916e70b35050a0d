import type { SeenRow } from '../../../server/imports/contract.ts'
import type { Seen } from './bringing.svelte.ts'

export const words: Record<SeenRow['status'], string> = {
  ok: 'New',
  double: 'Double',
  'unknown-campus': 'Unknown campus',
  'not-eligible': 'No campus address',
  malformed: 'Malformed',
}

/** With cells that no spreadsheet program takes for formulas, and as Excel opens it right. */
export async function problemsCsv(rows: Seen[]): Promise<string> {
  const { default: Papa } = await import('papaparse')
  const cells = rows.map(({ row, sent: { email, campus = '' }, status, reason = '' }) => [
    row,
    email,
    campus,
    words[status],
    reason,
  ])
  const fields = ['Row', 'Email', 'Campus', 'Kind', 'Reason']
  return `\uFEFF${Papa.unparse({ fields, data: cells }, { escapeFormulae: true })}`
}
