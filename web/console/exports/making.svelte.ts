import { CallRefused, download } from '../api.ts'

const NEW_LINE = 10

/** A file on its way from the server to the organizer's disk. */
export class Making {
  at = $state<'choosing' | 'making' | 'saved' | 'failed'>('choosing')
  /** Rows that have come; of a workbook, which comes packed, they cannot be counted. */
  rows = $state(0)
  of = $state(0)
  bytes = $state(0)
  fileName = $state('')
  problem = $state('')
  #ending = new AbortController()

  async make(path: string): Promise<void> {
    this.at = 'making'
    this.rows = this.of = this.bytes = 0
    this.#ending = new AbortController()
    try {
      const onPiece = (piece: Uint8Array, rows: number) => this.#count(piece, rows)
      const { name, content } = await download({ path, signal: this.#ending.signal, onPiece })
      save(name, content)
      this.fileName = name
      this.at = 'saved'
    } catch (error) {
      if (this.#ending.signal.aborted) return
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
      this.at = 'failed'
    }
  }

  cancel(): void {
    this.at = 'choosing'
    this.#ending.abort()
  }

  #count(piece: Uint8Array, rows: number): void {
    this.of = rows
    this.bytes += piece.length
    let lines = 0
    for (const byte of piece) if (byte === NEW_LINE) lines += 1
    this.rows = Math.min(rows, this.rows + lines)
  }
}

const KEPT_MS = 60_000

/** Hands a file to the browser, which keeps it. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // Some browsers begin to read it only after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}
