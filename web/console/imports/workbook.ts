import { unzipSync, zipSync } from 'fflate'
import { readSheet } from 'read-excel-file/universal'
import { isBomb } from './bombs.ts'
import { Unreadable } from './unreadable.ts'

/**
 * The first sheet of a workbook, as texts.
 * @throws Unreadable
 */
export async function sheetOfWorkbook(file: File): Promise<string[][]> {
  const cells = await cellsOf(new Uint8Array(await file.arrayBuffer())).catch((cause: unknown) => {
    if (cause instanceof Unreadable) throw cause
    throw new Unreadable('This workbook cannot be read. Save it as CSV, and choose that file.')
  })
  return cells.map((row) => row.map((cell) => (cell === null ? '' : String(cell))))
}

async function cellsOf(workbook: Uint8Array) {
  if (isBomb(workbook))
    throw new Unreadable(
      'This workbook holds more than can be read. Copy the rows that you need into a new one.',
    )
  return await readSheet(unpacked(workbook))
}

/** With its parts as they are: for large ones that are packed the reader starts workers made of text, which our policy refuses. */
function unpacked(workbook: Uint8Array): ArrayBuffer {
  const parts = unzipSync(workbook, { filter: ({ name }) => /\.(xml|rels)$/.test(name) })
  return zipSync(parts, { level: 0 }).buffer
}
