import type { Keys } from '../keys.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'
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

/** Of the pledge that a row of another table names by the columns of its key. */
export function sealedAsContact(row: Record<string, unknown>) {
  const key = {
    campaignId: row.campaign_id as number,
    emailDigest: row.email_digest as Buffer,
    addressDigest: row.address_digest as Buffer,
  }
  return { purpose: 'contact' as const, context: keyBytes(key) }
}

export const sealedContacts: SealedColumn = {
  what: 'contacts of pledges',
  table: 'pledges',
  column: 'contact',
  key: { campaign_id: 'int', email_digest: 'bytea', address_digest: 'bytea' },
  sealedAs: sealedAsContact,
}
