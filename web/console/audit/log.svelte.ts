import type { AuditPage } from '../../../server/audit/contract.ts'
import { call, CallRefused } from '../api.ts'

export type Entry = AuditPage['entries'][number]

/** A log as far as it was read, newest first. */
export class Log {
  entries = $state.raw<Entry[]>([])
  /** Where what is older begins; undefined once all is read. */
  next = $state<number>()
  isAsking = $state(false)
  problem = $state<string>()
  readonly #path: string

  /** @param path with the query that narrows it */
  constructor(path: string) {
    this.#path = path
  }

  /** Reads on: the newest at first, then what is older. */
  async read(): Promise<void> {
    if (this.isAsking) return
    this.isAsking = true
    try {
      const page = await call<AuditPage>('GET', this.next ? `${this.#path}&before=${this.next}` : this.#path)
      this.entries = [...this.entries, ...page.entries]
      this.next = page.next
      this.problem = undefined
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
    } finally {
      this.isAsking = false
    }
  }
}
