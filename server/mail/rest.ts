const FIRST_MS = 1_000
const LONGEST_MS = 60_000

/** How long a way out is left alone after it failed: longer with each failure in a row, and as long as it asks. */
export class Rest {
  #failures = 0
  #until = 0

  /** @param retryAfter seconds */
  afterFailure(now: Date, retryAfter = 0): number {
    // Two mailings that fail together are one failure.
    if (this.isOn(now)) return this.#until - now.getTime()
    const growing = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS)
    this.#failures += 1
    const ms = Math.max(growing, retryAfter * 1_000)
    this.#until = now.getTime() + ms
    return ms
  }

  afterSuccess(): void {
    this.#failures = 0
  }

  isOn(now: Date): boolean {
    return now.getTime() < this.#until
  }
}
