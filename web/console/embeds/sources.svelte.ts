import type { NewSource, Sources } from '../../../server/coalitions/contract.ts'
import { call, CallRefused } from '../api.ts'

/** The sources of one campaign, as last heard. */
export class SourceList {
  shown = $state.raw<Sources>()
  /** Why the newest could not be had. */
  problem = $state<string>()
  readonly #path: string

  constructor(campaign: string) {
    this.#path = `campaigns/${campaign}/sources`
  }

  get own() {
    return (this.shown?.sources ?? []).filter(({ isOwn }) => isOwn)
  }

  async ask(): Promise<void> {
    try {
      this.shown = await call<Sources>('GET', this.#path)
      this.problem = undefined
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
    }
  }

  /** @throws CallRefused */
  async register(source: NewSource): Promise<void> {
    this.shown = await call<Sources>('POST', this.#path, source)
  }

  /** @throws CallRefused */
  async remove(code: string): Promise<void> {
    await call('DELETE', `${this.#path}/${code}`)
    await this.ask()
  }
}
