import { call, CallRefused } from '../api.ts'

const EVERY_MS = 4_000

/** What a GET answers, as it moves. Nothing is asked for while nobody looks. */
export class Live<Answer> {
  shown = $state.raw<Answer>()
  /** Why the newest could not be had; what was shown stays. */
  problem = $state<string>()
  readonly #path: string
  readonly #everyMs: () => number

  /** @param path below `/api/v1/console/` */
  constructor(path: string, everyMs: number | (() => number) = EVERY_MS) {
    this.#path = path
    this.#everyMs = typeof everyMs === 'number' ? () => everyMs : everyMs
  }

  /** For `$effect`: answers with what ends it. */
  watch = () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    let looks = 0
    const look = async () => {
      const mine = (looks += 1)
      if (!document.hidden) await this.#ask()
      if (!isOver && mine === looks) timer = setTimeout(look, this.#everyMs())
    }
    const turn = () => document.hidden || void this.#ask()
    this.again = async () => {
      clearTimeout(timer)
      await look()
    }
    document.addEventListener('visibilitychange', turn)
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', turn)
    }
  }

  /** Asks at once, and goes on from there. */
  again: () => Promise<void> = () => this.#ask()

  async #ask() {
    try {
      this.shown = await call<Answer>('GET', this.#path)
      this.problem = undefined
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      this.problem = error.message
    }
  }
}
