import type { Leaderboard } from '../../server/leaderboards/contract.ts'
import { leaderboardOf, liveLeaderboard } from './api.ts'

/** A browser comes back by itself when a stream breaks off, and never where it was refused, since too many watch. */
const REFUSED_MS = 60_000

/** The leaderboard as it moves. Nothing is asked for while nobody looks. */
export class LiveLeaderboard {
  shown = $state.raw() as Leaderboard
  readonly #campaign: string

  constructor(campaign: string, first: Leaderboard) {
    this.#campaign = campaign
    this.shown = first
  }

  /** For `$effect`; ends with the page. */
  watch = () => {
    let stream: EventSource | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    const turn = () => {
      stream?.close()
      clearTimeout(again)
      if (document.hidden) return
      stream = liveLeaderboard(this.#campaign)
      stream.addEventListener('leaderboard', ({ data }) => this.#show(JSON.parse(data)))
      stream.addEventListener('error', () => {
        if (stream!.readyState < 2) return
        again = setTimeout(turn, REFUSED_MS)
        void leaderboardOf(this.#campaign).then(this.#show, () => {})
      })
    }
    document.addEventListener('visibilitychange', turn)
    turn()
  }

  #show = (next: Leaderboard) => {
    if (next.version > this.shown.version) this.shown = next
  }
}
