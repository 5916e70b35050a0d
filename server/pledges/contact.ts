import type { Keys } from '../keys.ts'
import type { Answer } from './contract.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'

/** Who signed, and what waits with her until she confirms. In the database only sealed, and bound to its pledge. */
export interface Contact {
  email: string
  name?: string
  clauses?: number[]
  /** Counted and forgotten at confirmation: nothing else ever links them to a pledge. */
  answers?: Answer[]
  /** With whom it is to be shared once she confirms. */
  shareWith?: NamedKey[]
}

/** An organization, by id, and the fingerprint of the key she was told of, in hex. */
export interface NamedKey {
  organization: number
  key: string
}

export function sealContact(keys: Keys, key: PledgeKey, contact: Contact): Buffer {
  return keys.seal('contact', Buffer.from(JSON.stringify(contact)), keyBytes(key))
}

/** @throws Error when it was sealed for another pledge or by another server key. */
export function openContact(keys: Keys, key: PledgeKey, sealed: Uint8Array): Contact {
  return JSON.parse(keys.open('contact', sealed, keyBytes(key)).toString()) as Contact
}
