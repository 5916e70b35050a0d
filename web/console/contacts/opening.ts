import type { SealedLine } from '../../../server/contacts/contract.ts'
import type { KeyPair } from './key-pair.ts'
import { sodium } from './sodium.ts'

export interface OpenedContact {
  email: string
  name: string
  /** ISO date. */
  day: string
}

/** What became of the boxes so far. */
export interface Tally {
  opened: number
  /** Sealed to a key that is not unlocked here, by its fingerprint: ours, or one that somebody slipped in. */
  leftOut: Record<string, number>
  /** Not to be opened with the key that they name, or with something else in them than a contact. */
  broken: number
}

/** Opens the boxes of an export as they come: a JSON line each. */
export class Opening {
  readonly contacts: OpenedContact[] = []
  readonly #pairs: ReadonlyMap<string, KeyPair>
  readonly #text = new TextDecoder()
  readonly #leftOut: Record<string, number> = {}
  #broken = 0
  #rest = ''

  /** @param pairs by fingerprint */
  constructor(pairs: ReadonlyMap<string, KeyPair>) {
    this.#pairs = pairs
  }

  take(piece: Uint8Array): void {
    const lines = (this.#rest + this.#text.decode(piece, { stream: true })).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#open(JSON.parse(line) as SealedLine)
  }

  get tally(): Tally {
    return { opened: this.contacts.length, leftOut: this.#leftOut, broken: this.#broken }
  }

  get lines(): number {
    const left = Object.values(this.#leftOut).reduce((sum, boxes) => sum + boxes, 0)
    return this.contacts.length + left + this.#broken
  }

  #open({ fingerprint, day, box }: SealedLine): void {
    const pair = this.#pairs.get(fingerprint)
    const contact = pair && opened(pair, box)
    if (contact) this.contacts.push({ ...contact, day })
    else if (pair) this.#broken += 1
    else this.#leftOut[fingerprint] = (this.#leftOut[fingerprint] ?? 0) + 1
  }
}

function opened({ publicKey, privateKey }: KeyPair, box: string): Omit<OpenedContact, 'day'> | undefined {
  try {
    const plain = sodium.crypto_box_seal_open(sodium.from_base64(box), publicKey, privateKey)
    const { email, name = '' } = JSON.parse(sodium.to_string(plain)) as Record<string, unknown>
    if (typeof email === 'string' && typeof name === 'string')
      return { email: inOneLine(email), name: inOneLine(name) }
  } catch {
    // Whoever can write to the database can seal anything: it is counted, and the rest is opened.
  }
  return undefined
}

/** The server takes no such signs; whoever seals a box himself is not asked. */
function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ')
}
