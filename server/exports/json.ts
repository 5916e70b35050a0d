import { Readable } from 'node:stream'
import type { Cell, Column } from '../../spreadsheets/cell.ts'
import { inPieces } from './pieces.ts'
import type { Table } from './table.ts'

/** An object with the facts of the table, and its rows as objects; what is not told is not there. */
export function json(table: Table): Readable {
  return Readable.from(inPieces(textOf(table)), { objectMode: false })
}

async function* textOf({ facts, warning, about, columns, lines }: Table): AsyncGenerator<string> {
  const head = JSON.stringify({ ...(warning && { warning }), ...facts, about })
  yield `${head.slice(0, -1)},"rows":[`
  let comma = ''
  for await (const batch of lines) {
    for (const { cells, times } of batch) {
      const row = JSON.stringify(objectOf(columns, cells))
      for (let n = 0; n < times; n++) {
        yield `${comma}\n${row}`
        comma = ','
      }
    }
  }
  yield '\n]}\n'
}

function objectOf(columns: Column[], cells: Cell[]): Record<string, Cell> {
  return Object.fromEntries(
    columns.flatMap(({ key }, place) => {
      const cell = cells[place] ?? null
      return cell === null ? [] : [[key, cell]]
    }),
  )
}
