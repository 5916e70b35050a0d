import { MailFailure, type Outcome, type Reader } from './mail.ts'
import type { Answer } from './sendgrid-answers.ts'

interface Piece {
  readers: Reader[]
  addresses: Set<string>
  bytes: number
}

/** As few calls as will do: none larger than the room there is, and none with an address twice. */
export function inPieces(readers: Reader[], bytesOf: (reader: Reader) => number, room: number): Reader[][] {
  const pieces: Piece[] = []
  for (const reader of readers) {
    const address = reader.to.toLowerCase()
    // With the comma before it.
    const bytes = bytesOf(reader) + 1
    let piece = pieces.find((one) => one.bytes + bytes <= room && !one.addresses.has(address))
    if (!piece) pieces.push((piece = { readers: [], addresses: new Set(), bytes: 0 }))
    piece.readers.push(reader)
    piece.addresses.add(address)
    piece.bytes += bytes
  }
  return pieces.map((piece) => piece.readers)
}

/** Enough to find two in a thousand. Whoever is not reached waits for the next attempt. */
const MORE_CALLS = 40

/** Calls until it is known of each reader what became of the letter: nobody who is refused takes others along. */
export async function inCalls(
  pieces: Reader[][],
  call: (readers: Reader[]) => Promise<Answer>,
): Promise<Map<Reader, Outcome>> {
  const calls = new Calls(call, pieces.length + MORE_CALLS)
  for (const readers of pieces) await calls.send(readers)
  return calls.outcomes()
}

class Calls {
  readonly #call: (readers: Reader[]) => Promise<Answer>
  #left: number
  /** What makes further calls useless. */
  #end: Outcome
  readonly #outcomes = new Map<Reader, Outcome>()
  readonly #refusedAlone: Reader[] = []

  constructor(call: (readers: Reader[]) => Promise<Answer>, most: number) {
    this.#call = call
    this.#left = most
  }

  async send(readers: Reader[]): Promise<void> {
    if (readers.length === 0 || this.#end) return this.#put(readers, this.#end)
    const { outcome, meant } = await this.#call(readers)
    this.#left -= 1
    if (outcome?.isAboutTheWay || this.#left <= 0) this.#end = outcome
    if (!outcome || this.#end || meant === 'everyone') return this.#put(readers, outcome)
    const isMeant = new Set(meant?.map((place) => readers[place]))
    const refused = readers.filter((reader) => isMeant.has(reader))
    if (refused.length > 0) {
      this.#put(refused, forGood(outcome))
      await this.send(readers.filter((reader) => !isMeant.has(reader)))
    } else if (readers.length > 1) {
      const half = Math.ceil(readers.length / 2)
      await this.send(readers.slice(0, half))
      await this.send(readers.slice(half))
    } else {
      this.#put(readers, outcome)
      this.#refusedAlone.push(...readers)
    }
  }

  /** A refusal that names nobody is held against the one whom it leaves, where others got the same letter. */
  outcomes(): Map<Reader, Outcome> {
    const wasTaken = [...this.#outcomes.values()].includes(undefined)
    for (const reader of this.#refusedAlone) {
      const outcome = this.#outcomes.get(reader)
      if (outcome && (wasTaken || outcome.status === 413)) this.#outcomes.set(reader, forGood(outcome))
    }
    return this.#outcomes
  }

  #put(readers: Reader[], outcome: Outcome): void {
    for (const reader of readers) this.#outcomes.set(reader, outcome)
  }
}

function forGood({ status, verdict }: MailFailure): MailFailure {
  return new MailFailure('refused', { status, isPermanent: true, verdict })
}
