/** How often something was asked for in the window of time that is under way. */
export interface Seen {
  /** With this one. */
  times: number
  /** Until the window ends. */
  msLeft: number
}

export interface RequestCounts {
  /** Counts one more. Windows begin with the clock, for everybody at once. */
  add(counter: string, windowMs: number): Seen
}

/** Past so many the one that was not asked about for longest is forgotten: whoever has a million addresses fills no memory. */
const MOST_COUNTERS = 100_000

export function openRequestCounts(now: () => Date): RequestCounts {
  const counters = new Map<string, { times: number; endsAt: number }>()

  function forgetOldest(): void {
    const [oldest] = counters.keys()
    if (oldest !== undefined) counters.delete(oldest)
  }

  return {
    add(counter, windowMs) {
      const at = now().getTime()
      const found = counters.get(counter)
      const goesOn = found !== undefined && found.endsAt > at
      const counted = goesOn ? found : { times: 0, endsAt: (Math.floor(at / windowMs) + 1) * windowMs }
      counted.times += 1
      counters.delete(counter)
      if (counters.size >= MOST_COUNTERS) forgetOldest()
      counters.set(counter, counted)
      return { times: counted.times, msLeft: counted.endsAt - at }
    },
  }
}
