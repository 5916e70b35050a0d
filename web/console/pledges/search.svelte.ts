import type { FoundPledges } from '../../../server/exclusions/contract.ts'
import { call, CallRefused } from '../api.ts'

/** What a search has found so far. */
export class Search {
  found = $state.raw<FoundPledges>()
  refused = $state.raw<CallRefused>()
  isUnderWay = $state(false)
  readonly #campaign: string
  #query = ''

  constructor(campaign: string) {
    this.#campaign = `campaigns/${campaign}`
  }

  async begin(query: string): Promise<void> {
    this.#query = query
    await this.#ask(query, (page) => page)
  }

  /** The same once more: something has changed. */
  async again(): Promise<void> {
    await this.begin(this.#query)
  }

  async more(): Promise<void> {
    const shown = this.found
    if (!shown?.next) return
    await this.#ask(`${this.#query}&after=${shown.next}`, (page) => ({
      ...page,
      pledges: [...shown.pledges, ...page.pledges],
    }))
  }

  /** For good: the name is forgotten, and the pledge counts as before. */
  async hideName(campus: string, name: string): Promise<void> {
    try {
      await call('POST', `${this.#campaign}/hidden-names`, { campus, name })
      await this.again()
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.refused = error
    }
  }

  /** Of two that overlap, the one asked for last is shown. */
  async #ask(query: string, joined: (page: FoundPledges) => FoundPledges): Promise<void> {
    this.isUnderWay = true
    this.refused = undefined
    const mine = this.#query
    try {
      const page = await call<FoundPledges>('GET', `${this.#campaign}/pledges?${query}`)
      if (mine === this.#query) this.found = joined(page)
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      if (mine === this.#query) this.refused = error
    } finally {
      this.isUnderWay = false
    }
  }
}
