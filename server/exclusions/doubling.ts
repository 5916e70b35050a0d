const WINDOW_MS = 10 * 60_000
const MOST_KNOWN = 50_000

interface Count {
  since: number
  seen: number
  next: number
}

/** Counts in memory by name, within ten minutes, and says when a count has reached the first number, twice that, and so on. */
export class Doubling {
  readonly #first: number
  readonly #counts = new Map<string, Count>()

  constructor(first: number) {
    this.#first = first
  }

  /** Counts one. @param at in milliseconds */
  reaches(name: string, at: number): boolean {
    const count = this.#countOf(name, at)
    count.seen += 1
    if (count.seen < count.next) return false
    count.next *= 2
    return true
  }

  #countOf(name: string, at: number): Count {
    const known = this.#counts.get(name)
    if (known && at - known.since < WINDOW_MS) return known
    if (this.#counts.size >= MOST_KNOWN) this.#counts.clear()
    const count = { since: at, seen: 0, next: this.#first }
    this.#counts.set(name, count)
    return count
  }
}
