export interface Counter {
  /** By all processes, as far as this one has heard. */
  times: number
  /** Of those, what no other process has heard of. */
  unshared: number
  /** Milliseconds since 1970. */
  endsAt: number
  /** Whether the others know of it at all. */
  isShared: boolean
}

/** Past twice so many, those that were not asked about for longest are forgotten: whoever has a million addresses fills no memory. */
const MOST = 50_000
/** Longer than any window: what was not asked about for so long has ended. */
const GENERATION_MS = 15 * 60_000

/** Counters in windows of time, which begin with the clock. */
export class Counters {
  #young = new Map<string, Counter>()
  /** Those that were not asked about since there were many young ones. */
  #old = new Map<string, Counter>()
  #bornAt = 0

  /** The one whose window is under way. */
  of(name: string, windowMs: number, at: number): Counter {
    const found = this.latest(name)
    const endsAt = (Math.floor(at / windowMs) + 1) * windowMs
    if (found?.endsAt === endsAt) return found
    const counter = { times: 0, unshared: 0, endsAt, isShared: false }
    this.#keep(name, counter)
    return counter
  }

  /** Undefined once its window has ended, or it was forgotten. */
  known(name: string, endsAt: number): Counter | undefined {
    const found = this.latest(name)
    return found?.endsAt === endsAt ? found : undefined
  }

  latest(name: string): Counter | undefined {
    const young = this.#young.get(name)
    if (young) return young
    const old = this.#old.get(name)
    if (old) this.#keep(name, old)
    return old
  }

  forgetEnded(at: number): void {
    if (Math.abs(at - this.#bornAt) < GENERATION_MS) return
    this.#bornAt = at
    this.#age()
  }

  #keep(name: string, counter: Counter): void {
    if (this.#young.size >= MOST) this.#age()
    this.#young.set(name, counter)
  }

  /** Not one by one: a map out of which much was deleted is slow to find its first. */
  #age(): void {
    this.#old = this.#young
    this.#young = new Map()
  }
}
