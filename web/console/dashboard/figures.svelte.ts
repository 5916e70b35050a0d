import type { Dashboard } from '../../../server/dashboards/contract.ts'
import { call, CallRefused } from '../api.ts'

const EVERY_MS = 4_000

/** The figures of a drive as they move. Nothing is asked for while nobody looks. */
export class Figures {
  shown = $state.raw<Dashboard>()
  /** Why the newest could not be had; what was shown stays. */
  problem = $state<string>()
  readonly #campaign: string

  constructor(campaign: string) {
    this.#campaign = campaign
  }

  /** For `$effect`: answers with what ends it. */
  watch = () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const look = async () => {
      if (!document.hidden) await this.#ask()
      if (!isOver) timer = setTimeout(look, EVERY_MS)
    }
    const turn = () => document.hidden || void this.#ask()
    document.addEventListener('visibilitychange', turn)
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', turn)
    }
  }

  async #ask() {
    try {
      this.shown = await call<Dashboard>('GET', `campaigns/${this.#campaign}/dashboard`)
      this.problem = undefined
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
    }
  }
}
