import { Refusal } from '../refusal.ts'

const RETRY_AFTER_SECONDS = 60

interface Room {
  /** In this process. */
  inAll: number
  ofOne: number
}

/** How many of something may be held at once in a process: of one caller so many that the others still find room. */
export class Places {
  readonly #room: Room
  readonly #taken = new Map<string, number>()
  #inAll = 0

  constructor(room: Room) {
    this.#room = room
  }

  /** @returns what gives it back. @throws Refusal `too-many-requests`, `busy` */
  take(caller: string): () => void {
    const held = this.#taken.get(caller) ?? 0
    if (held >= this.#room.ofOne) throw tooManyOfOne()
    if (this.#inAll >= this.#room.inAll) throw tooMany()
    this.#taken.set(caller, held + 1)
    this.#inAll += 1
    let isBack = false
    return () => {
      if (!isBack) this.#giveBack(caller)
      isBack = true
    }
  }

  #giveBack(caller: string): void {
    const held = this.#taken.get(caller) ?? 0
    this.#inAll -= 1
    if (held > 1) this.#taken.set(caller, held - 1)
    else this.#taken.delete(caller)
  }
}

function tooManyOfOne(): Refusal {
  const detail = 'Your network watches as much as one network may. Ask for the figures once a minute instead.'
  return new Refusal('too-many-requests', detail, { retryAfter: RETRY_AFTER_SECONDS })
}

function tooMany(): Refusal {
  const detail = 'As many watch as can be served. Ask for the figures once a minute instead.'
  return new Refusal('busy', detail, { retryAfter: RETRY_AFTER_SECONDS })
}
