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

/** Past so many the one that was not asked about for longest is forgotten: whoever has a million addresses fills no memory. */
const MOST = 100_000
const TIDY_MS = 60_000

/** Counters in windows of time, which begin with the clock. */
export class Counters {
  readonly #counters = new Map<string, Counter>()
  #tidiedAt = 0

  /** The one whose window is under way. */
  of(name: string, windowMs: number, at: number): Counter {
    const found = this.#counters.get(name)
    const endsAt = (Math.floor(at / windowMs) + 1) * windowMs
    const counter = found?.endsAt === endsAt ? found : { times: 0, unshared: 0, endsAt, isShared: false }
    this.#keep(name, counter)
    return counter
  }

  /** Undefined once its window has ended, or it was forgotten. */
  known(name: string, endsAt: number): Counter | undefined {
    const found = this.#counters.get(name)
    return found?.endsAt === endsAt ? found : undefined
  }

  latest(name: string): Counter | undefined {
    return this.#counters.get(name)
  }

  forgetEnded(at: number): void {
    if (Math.abs(at - this.#tidiedAt) < TIDY_MS) return
    this.#tidiedAt = at
    for (const [name, { endsAt }] of this.#counters) if (endsAt <= at) this.#counters.delete(name)
  }

  /** The last one asked about stands last. */
  #keep(name: string, counter: Counter): void {
    this.#counters.delete(name)
    const [oldest] = this.#counters.size >= MOST ? this.#counters.keys() : []
    if (oldest !== undefined) this.#counters.delete(oldest)
    this.#counters.set(name, counter)
  }
}
