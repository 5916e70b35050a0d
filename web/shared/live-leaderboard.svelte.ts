import type { Leaderboard } from '../../server/leaderboards/contract.ts'
import { liveLeaderboard } from './api.ts'

/** The leaderboard as it moves. Nothing is asked for while nobody looks. */
export class LiveLeaderboard {
  shown = $state.raw() as Leaderboard
  readonly #campaign: string
  #stream: EventSource | undefined

  constructor(campaign: string, first: Leaderboard) {
    this.#campaign = campaign
    this.shown = first
  }

  /** For `$effect`: answers with what ends it. */
  watch = () => {
    const turn = () => (document.hidden ? this.#close() : this.#open())
    document.addEventListener('visibilitychange', turn)
    turn()
    return () => {
      document.removeEventListener('visibilitychange', turn)
      this.#close()
    }
  }

  #open() {
    this.#stream ??= liveLeaderboard(this.#campaign)
    this.#stream.addEventListener('leaderboard', this.#take)
  }

  #close() {
    this.#stream?.close()
    this.#stream = undefined
  }

  #take = (event: MessageEvent<string>) => {
    const next: Leaderboard = JSON.parse(event.data)
    if (next.version > this.shown.version) this.shown = next
  }
}
