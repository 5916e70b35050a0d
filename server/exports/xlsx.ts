import { PassThrough, Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Column } from '../../spreadsheets/cell.ts'
import { inPieces } from './pieces.ts'
import {
  contentTypes,
  packageLinks,
  SHEET,
  styles,
  WIDTHS,
  workbook,
  workbookLinks,
} from '../../spreadsheets/xlsx-parts.ts'
import { SharedStrings, textCell, templateOf } from '../../spreadsheets/xlsx-cells.ts'
import type { Line, Table } from './table.ts'

/** Of a sheet, in every spreadsheet program. */
const MOST_ROWS = 1_048_576

const ROWS_IN_A_PIECE = 100

/** Quick rather than small: equal rows shrink to nothing either way. */
const options = { compressionLevel: 1 }

/**
 * A workbook that is written as it is read: sheets of a million rows and, at the end, the few texts that they share.
 * Texts are typed as such, so that none of them is ever a formula.
 */
export function xlsx(table: Table): Readable {
  const zip = new ZipFile()
  const content = zip.outputStream.pipe(new PassThrough())
  const strings = new SharedStrings()
  const runs = new Runs(table.lines)
  const heads = [...(table.warning ? [[table.warning]] : []), table.columns.map(({ header }) => header)]
  const sheets = Math.max(1, Math.ceil(table.rows / (MOST_ROWS - heads.length)))
  const names = Array.from({ length: sheets }, (_, at) => (at === 0 ? 'Rows' : `Rows ${at + 1}`))
  const add = (path: string, texts: () => AsyncIterable<string> | Iterable<string>) =>
    zip.addReadStreamLazy(path, options, (give) => {
      const part = Readable.from(inPieces(texts()), { objectMode: false })
      part.on('error', (error) => content.destroy(error))
      content.once('close', () => part.destroy())
      give(null, part)
    })
  zip.on('error', (error: Error) => content.destroy(error))

  zip.addBuffer(Buffer.from(contentTypes(sheets + 1)), '[Content_Types].xml')
  zip.addBuffer(Buffer.from(packageLinks), '_rels/.rels')
  zip.addBuffer(Buffer.from(workbook([...names, 'About this file'])), 'xl/workbook.xml')
  zip.addBuffer(Buffer.from(workbookLinks(sheets + 1)), 'xl/_rels/workbook.xml.rels')
  zip.addBuffer(Buffer.from(styles), 'xl/styles.xml')
  for (const at of names.keys()) {
    add(`xl/worksheets/sheet${at + 1}.xml`, () => sheet({ heads, columns: table.columns, runs, strings }))
  }
  add(`xl/worksheets/sheet${sheets + 1}.xml`, () => aboutSheet(table, strings))
  add('xl/sharedStrings.xml', () => strings.part())
  zip.end()
  return content
}

interface Sheet {
  heads: string[][]
  columns: Column[]
  runs: Runs
  strings: SharedStrings
}

async function* sheet({ heads, columns, runs, strings }: Sheet): AsyncGenerator<string> {
  yield `${SHEET}<sheetViews><sheetView workbookViewId="0"><pane ySplit="${heads.length}" topLeftCell="A${heads.length + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${WIDTHS}<sheetData>`
  let row = 0
  for (const head of heads) yield rowOfTexts(head, ++row, strings)
  while (row < MOST_ROWS) {
    const run = await runs.take(Math.min(MOST_ROWS - row, ROWS_IN_A_PIECE))
    if (!run) break
    const template = templateOf(run.cells, columns, strings)
    let rows = ''
    for (let left = run.times; left > 0; left--) rows += template(++row)
    yield rows
  }
  yield '</sheetData></worksheet>'
}

async function* aboutSheet({ about, warning }: Table, strings: SharedStrings): AsyncGenerator<string> {
  yield `${SHEET}<sheetData>`
  const said = [...(warning ? [warning] : []), ...about]
  for (const [at, sentence] of said.entries()) yield rowOfTexts([sentence], at + 1, strings)
  yield '</sheetData></worksheet>'
}

function rowOfTexts(texts: string[], row: number, strings: SharedStrings): string {
  return `<row r="${row}">${texts.map((text, place) => textCell(text, place, row, strings)).join('')}</row>`
}

/** Lines one after the other, of which a sheet may take a part. */
class Runs {
  readonly #batches: AsyncIterator<Line[]>
  #batch: Line[] = []
  #place = 0
  #current: Line | undefined

  constructor(lines: AsyncIterable<Line[]>) {
    this.#batches = lines[Symbol.asyncIterator]()
  }

  /** The next line, at most so many times; undefined after the last. */
  async take(most: number): Promise<Line | undefined> {
    this.#current ??= await this.#next()
    if (!this.#current) return undefined
    const { cells, times } = this.#current
    this.#current = times > most ? { cells, times: times - most } : undefined
    return { cells, times: Math.min(times, most) }
  }

  async #next(): Promise<Line | undefined> {
    while (this.#place >= this.#batch.length) {
      const { done, value } = await this.#batches.next()
      if (done) return undefined
      this.#batch = value
      this.#place = 0
    }
    return this.#batch[this.#place++]
  }
}
