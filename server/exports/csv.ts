import { Readable } from 'node:stream'
import { BYTE_ORDER_MARK, csvRow } from '../../spreadsheets/csv-row.ts'
import { inPieces, timesInAPiece } from './pieces.ts'
import type { Table } from './table.ts'

/** As Excel opens it right. */
export function csv(table: Table): Readable {
  return Readable.from(inPieces(textOf(table)), { objectMode: false })
}

async function* textOf({ warning, columns, lines }: Table): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK
  if (warning) yield csvRow([warning])
  yield csvRow(columns.map(({ header }) => header))
  for await (const batch of lines) {
    for (const { cells, times } of batch) yield* repeated(csvRow(cells), times)
  }
}

function* repeated(row: string, times: number): Generator<string> {
  const most = timesInAPiece(row.length)
  for (let left = times; left > 0; left -= most) yield row.repeat(Math.min(left, most))
}
