import { parse } from 'csv-parse/sync'
import readXlsxFile from 'read-excel-file/node'
import type { AnOrganizer } from '../builders.ts'

export type Cells = (string | null)[]

/** The rows of a CSV export as a spreadsheet program reads them, its heads first. */
export async function csvOf(organizer: AnOrganizer, slug: string, path: string): Promise<Cells[]> {
  const answer = await organizer.call('GET', `campaigns/${slug}/exports/${path}`)
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return parse(answer.rawPayload, { bom: true, record_delimiter: '\r\n', relax_column_count: true }).map(
    (cells: string[]) => cells.map((cell) => cell || null),
  )
}

/** The same of an XLSX export; dates as ISO days, numbers as text. */
export async function xlsxOf(organizer: AnOrganizer, slug: string, path: string): Promise<Cells[]> {
  const answer = await organizer.call('GET', `campaigns/${slug}/exports/${path}`)
  if (answer.statusCode !== 200) throw new Error(answer.body)
  const [sheet] = await readXlsxFile(answer.rawPayload)
  return (sheet?.data ?? []).map((cells) => cells.map(asText))
}

function asText(cell: unknown): string | null {
  if (cell === null) return null
  return cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell)
}
