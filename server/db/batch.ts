import { isDatabaseAway } from './db.ts'
import { Refusal } from '../refusal.ts'

/**
 * Writes all rows in one transaction, or none, and gives each its answer, in their order; a Refusal in a place refuses
 * that row alone.
 */
export type Write<Row, Answer> = (rows: Row[]) => Promise<(Answer | Refusal)[]>

interface BatchOptions<Row, Answer> {
  write: Write<Row, Answer>
  /** Rows in one transaction. */
  largest?: number
  /** Transactions under way at once. */
  lanes?: number
  /** Rows that may wait; past it a row is refused as `busy`. */
  waitingRoom?: number
}

interface Waiting<Row, Answer> {
  row: Row
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** Beside another one needs so many: before it writes a row, a transaction costs Postgres as much as some twenty rows. */
const ENOUGH = 32
/** One that takes longer waits for a lock or a slow disk; then others set off beside it with whatever there is. */
const PATIENCE_MS = 50

/**
 * Gathers rows that arrive together into one transaction of multi-row statements.
 * A row is answered only after the commit. Where a transaction fails, its rows are tried again one by one,
 * so that a bad row fails only itself.
 */
export class Batch<Row, Answer> {
  readonly #write: Write<Row, Answer>
  readonly #largest: number
  readonly #lanes: number
  readonly #enough: number
  readonly #waitingRoom: number
  #waiting: Waiting<Row, Answer>[] = []
  #underWay = 0
  /** Of those under way. */
  #slow = 0
  #isGathering = false

  constructor({ write, largest = 256, lanes = 2, waitingRoom = 10_000 }: BatchOptions<Row, Answer>) {
    this.#write = write
    this.#largest = largest
    this.#lanes = lanes
    this.#enough = Math.min(ENOUGH, largest)
    this.#waitingRoom = waitingRoom
  }

  /** @throws Refusal `busy` when too many wait already, or whatever refused this row. */
  add(row: Row): Promise<Answer> {
    if (this.#waiting.length >= this.#waitingRoom) {
      const detail =
        'Too many people are doing this right now. Nothing was saved; try again in a few seconds.'
      return Promise.reject(new Refusal('busy', detail, { retryAfter: 5 }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject })
      this.#gather()
    })
  }

  /** Lets what arrives in this turn of the event loop come aboard, then sets off. */
  #gather(): void {
    if (this.#isGathering || !this.#maySetOff()) return
    this.#isGathering = true
    setImmediate(() => {
      this.#isGathering = false
      void this.#setOff()
    })
  }

  /** Alone with whatever waits; beside another with enough, or when that one takes its time. */
  #maySetOff(): boolean {
    if (this.#underWay >= this.#lanes || this.#waiting.length === 0) return false
    return this.#underWay === this.#slow || this.#waiting.length >= this.#enough
  }

  async #setOff(): Promise<void> {
    const aboard = this.#waiting.splice(0, this.#largest)
    this.#underWay += 1
    this.#gather()
    const outcomes = await this.#timed(aboard.map(({ row }) => row))
    this.#underWay -= 1
    // The next are on their way before these are answered: the database works while the answers are written.
    if (!this.#isGathering && this.#maySetOff()) void this.#setOff()
    setImmediate(settle, aboard, outcomes)
  }

  async #timed(rows: Row[]): Promise<Outcome<Answer>[]> {
    let isSlow = false
    const patience = setTimeout(() => {
      isSlow = true
      this.#slow += 1
      this.#gather()
    }, PATIENCE_MS)
    const outcomes = await this.#written(rows)
    clearTimeout(patience)
    if (isSlow) this.#slow -= 1
    return outcomes
  }

  async #written(rows: Row[]): Promise<Outcome<Answer>[]> {
    try {
      return await this.#write(rows)
    } catch (error) {
      if (rows.length === 1 || isDatabaseAway(error)) return rows.map(() => new Failure(error))
      const outcomes: Outcome<Answer>[] = []
      for (const row of rows) outcomes.push(...(await this.#written([row])))
      return outcomes
    }
  }
}

class Failure {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

type Outcome<Answer> = Answer | Refusal | Failure

function settle<Row, Answer>(aboard: Waiting<Row, Answer>[], outcomes: Outcome<Answer>[]): void {
  for (const [place, { resolve, reject }] of aboard.entries()) {
    const outcome = outcomes[place]
    if (outcome instanceof Refusal) reject(outcome)
    else if (outcome instanceof Failure) reject(outcome.error)
    else resolve(outcome as Answer)
  }
}
