import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { inPieces, timesInAPiece } from './pieces.ts'
import type { Cell, Table } from './table.ts'

/** What tells Excel that a file is UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

/** RFC 4180, as Excel opens it right: a cell that it could take for a formula begins with an apostrophe. */
export function csv(table: Table): Readable {
  return Readable.from(inPieces(textOf(table)), { objectMode: false })
}

async function* textOf({ warning, columns, lines }: Table): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK
  if (warning) yield rowOf([warning])
  yield rowOf(columns.map(({ header }) => header))
  for await (const batch of lines) {
    for (const { cells, times } of batch) yield* repeated(rowOf(cells), times)
  }
}

function* repeated(row: string, times: number): Generator<string> {
  const most = timesInAPiece(row.length)
  for (let left = times; left > 0; left -= most) yield row.repeat(Math.min(left, most))
}

export function rowOf(cells: Cell[]): string {
  return stringify([cells], { record_delimiter: 'windows', escape_formulas: true })
}
