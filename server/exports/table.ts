import type { Cell, Column } from '../../spreadsheets/cell.ts'

/** A row of a table, as often as it stands there. */
export interface Line {
  cells: Cell[]
  times: number
}

/** What a file holds, whatever its form. */
export interface Table {
  /** What JSON says of the whole. */
  facts: Record<string, string | number>
  /** A warning that no reader of the file may miss. */
  warning?: string
  /** What the file does not say for itself, a sentence each. */
  about: string[]
  columns: Column[]
  /** How many rows the lines come to. */
  rows: number
  /** Made while they are read, some at a time. */
  lines: AsyncIterable<Line[]>
}

/** A table that is small enough to be there at once. */
export async function* atOnce(lines: Line[]): AsyncGenerator<Line[]> {
  yield lines
}
