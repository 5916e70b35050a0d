import type { Db } from '../db/db.ts'
import { addUp, type Counted } from './adding-up.ts'
import { type Counter, Counters } from './counters.ts'

/** How often something was asked for in the window of time that is under way. */
export interface Seen {
  /** With this one. */
  times: number
  /** Until the window ends. */
  msLeft: number
}

interface Window {
  ms: number
  /** How often it may be asked for in a window. */
  most: number
}

const SHARE_MS = 1_000
const SHARED_FROM = 1 / 20
/** In one statement; the rest waits for the next. */
const MOST_AT_ONCE = 1_000

interface Opening {
  db: Db
  now: () => Date
  /** Done each time before counts are shared. */
  before: (at: Date) => Promise<void>
}

/**
 * Counts here, at once, and adds up with what other processes count once a second: no request waits for the database. A
 * counter is shared only from a twentieth of its limit on, so most addresses are never written down, under whatever name.
 * Together n processes let through at most n - 1 twentieths more than the limit, and what comes within that second.
 */
export class RequestCounts {
  readonly #opening: Opening
  readonly #counters = new Counters()
  readonly #waiting = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #sharing: Promise<void> | undefined

  constructor(opening: Opening) {
    this.#opening = opening
    // Whatever was in the way, it is tried again a second later; until then each process counts for itself.
    this.#timer = setInterval(() => void this.share().catch(() => {}), SHARE_MS).unref()
  }

  /** Counts one more. */
  add(name: string, { ms, most }: Window): Seen {
    const at = this.#opening.now().getTime()
    const counter = this.#counters.of(name, ms, at)
    counter.times += 1
    // Of what is refused the others need not hear: there is too much already.
    if (counter.times <= most + 1) this.#note(name, counter, most)
    return { times: counter.times, msLeft: counter.endsAt - at }
  }

  /** Counts nothing. */
  seen(name: string, { ms }: Pick<Window, 'ms'>): Seen {
    const at = this.#opening.now().getTime()
    const { times, endsAt } = this.#counters.of(name, ms, at)
    return { times, msLeft: endsAt - at }
  }

  #note(name: string, counter: Counter, most: number): void {
    counter.unshared += 1
    if (counter.isShared || counter.unshared >= most * SHARED_FROM) this.#waiting.add(name)
  }

  /** Adds up now; as it does by itself, once a second. */
  async share(): Promise<void> {
    this.#sharing ??= this.#share().finally(() => (this.#sharing = undefined))
    await this.#sharing
  }

  async #share(): Promise<void> {
    const { db, now, before } = this.#opening
    const at = now()
    await before(at)
    this.#counters.forgetEnded(at.getTime())
    const taken = [...this.#waiting].slice(0, MOST_AT_ONCE).flatMap((name) => this.#take(name, at))
    if (taken.length === 0) return
    const totals = await addUp(db, taken).catch((error: unknown) => {
      for (const one of taken) this.#giveBack(one)
      throw error
    })
    for (const { name, endsAt, times } of totals) {
      const counter = this.#counters.known(name, endsAt)
      if (counter) counter.times = times + counter.unshared
    }
  }

  #take(name: string, at: Date): Counted[] {
    this.#waiting.delete(name)
    const counter = this.#counters.latest(name)
    if (!counter || counter.endsAt <= at.getTime()) return []
    const { unshared: times, endsAt } = counter
    Object.assign(counter, { unshared: 0, isShared: true })
    return [{ name, endsAt, times }]
  }

  #giveBack({ name, endsAt, times }: Counted): void {
    const counter = this.#counters.known(name, endsAt)
    if (!counter) return
    counter.unshared += times
    this.#waiting.add(name)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sharing?.catch(() => {})
  }
}
