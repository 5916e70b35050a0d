import type { ImportedRows, Row, SeenRow } from '../../../server/imports/contract.ts'
import { call, CallRefused } from '../api.ts'
import { type Columns, guessedColumns, rowsOf } from './columns.ts'
import type { Sheet } from './sheet.ts'
import { Unreadable } from './unreadable.ts'

const ROWS_AT_ONCE = 200

/** What was seen of a row, and the row as it is sent. */
export interface Seen extends SeenRow {
  sent: Row
}

/** One sheet on its way in. It stays in this page's memory alone, so that no browser keeps addresses. */
export class Bringing {
  step = $state<'take' | 'columns' | 'preview' | 'import' | 'done'>('take')
  sheet = $state.raw<Sheet>([])
  columns = $state<Columns>({ email: 0, campus: -1, locale: -1 })
  seen = $state.raw<Seen[]>([])
  /** How many rows of the sheet were looked at. */
  looked = $state(0)
  /** How many good rows are in. */
  done = $state(0)
  isBusy = $state(false)
  problem = $state('')
  readonly rows = $derived(rowsOf(this.sheet, this.columns))
  readonly good = $derived(this.seen.filter(({ status }) => status === 'ok'))
  readonly bad = $derived(this.seen.filter(({ status }) => status !== 'ok'))
  readonly #path: string

  constructor(campaign: string) {
    this.#path = `campaigns/${campaign}`
  }

  take(reading: Promise<Sheet>): Promise<void> {
    return this.#working(async () => {
      this.sheet = await reading
      this.columns = guessedColumns(this.sheet)
      this.step = 'columns'
    })
  }

  look(): Promise<void> {
    this.looked = 0
    return this.#working(async () => {
      const seen: Seen[] = []
      for (const rows of chunks(this.rows)) {
        const answer = await call<ImportedRows>('POST', `${this.#path}/import-previews`, { rows })
        seen.push(...rows.map((row, at) => ({ ...answer.rows[at]!, sent: row })))
        this.looked += rows.length
      }
      this.seen = withoutDoubles(seen)
      this.done = 0
      this.step = 'preview'
    })
  }

  /** Goes on where it broke off. */
  bringIn(): Promise<void> {
    this.step = 'import'
    return this.#working(async () => {
      for (const chunk of chunks(this.good.slice(this.done))) {
        const rows = chunk.map(({ sent }) => sent)
        await call<ImportedRows>('POST', `${this.#path}/imports`, { rows })
        this.done += rows.length
      }
      this.step = 'done'
    })
  }

  again(): void {
    this.step = 'take'
    this.sheet = []
    this.seen = []
    this.problem = ''
  }

  async #working(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    this.problem = ''
    try {
      await work()
    } catch (error) {
      if (!(error instanceof CallRefused) && !(error instanceof Unreadable)) throw error
      this.problem = error.message
    } finally {
      this.isBusy = false
    }
  }
}

function chunks<One>(all: One[]): One[][] {
  return Array.from({ length: Math.ceil(all.length / ROWS_AT_ONCE) }, (_, at) =>
    all.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE),
  )
}

/** The server finds doubles among the rows of one call; these are those between calls. */
function withoutDoubles(seen: Seen[]): Seen[] {
  const firsts = new Map<string, number>()
  return seen.map((one) => {
    if (one.status !== 'ok') return one
    const email = one.sent.email.toLowerCase()
    const first = firsts.get(email)
    if (first === undefined) firsts.set(email, one.row)
    return first === undefined
      ? one
      : { ...one, status: 'double', reason: `The same mailbox as in row ${first}.` }
  })
}
