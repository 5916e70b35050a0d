import type { KeyObject } from 'node:crypto'
import type { Campaign } from '../campaigns/campaign.ts'
import { type Keys, type KeySet, keySetFrom, openBy, sealBy, VERSIONS } from '../keys.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'

/** Who signed. In the database only sealed, and bound to its pledge. */
export interface Contact {
  email: string
  name?: string
}

/** An organization, by id, and the fingerprint of the key that its signer read, in hex. */
export interface NamedKey {
  organization: number
  key: string
}

/** While it waits, or a letter does: under the key of this day, which is destroyed when nothing can wait any more. */
export function sealContact(keys: Keys, key: PledgeKey, contact: Contact): Buffer {
  return keys.seal('contact', Buffer.from(JSON.stringify(contact)), keyBytes(key))
}

/** @throws Error when it was sealed for another pledge, or by a key that is not there (any more). */
export function openContact(keys: Keys, key: PledgeKey, sealed: Uint8Array): Contact {
  return JSON.parse(keys.open('contact', sealed, keyBytes(key)).toString()) as Contact
}

type OfCampaign = Pick<Campaign, 'digestKey'>

const KEPT = { label: 'kept-contact', version: VERSIONS.campaign }

/** The address of whoever wants to be written to: under the campaign's own key, which goes when its retention ends. */
export function sealKept(
  { digestKey }: OfCampaign,
  key: PledgeKey,
  { email }: Pick<Contact, 'email'>,
): Buffer {
  return sealBy(setOf(digestKey), KEPT, Buffer.from(JSON.stringify({ email })), keyBytes(key))
}

/** The address that a pledge holds, waiting or kept. @throws Error as `openContact` */
export function addressIn(keys: Keys, { digestKey }: OfCampaign, key: PledgeKey, sealed: Uint8Array): string {
  if (sealed[0] !== VERSIONS.campaign) return openContact(keys, key, sealed).email
  const plain = openBy(setOf(digestKey), KEPT.label, sealed, keyBytes(key))
  return (JSON.parse(plain.toString()) as Contact).email
}

/** Whether it waited for so long that the key of its day is gone. */
export function isLost(keys: Keys, sealed: Uint8Array): boolean {
  return sealed[0] === VERSIONS.day && !keys.holds('contact', sealed)
}

const sets = new WeakMap<KeyObject, KeySet>()

function setOf(digestKey: KeyObject): KeySet {
  const set = sets.get(digestKey) ?? keySetFrom(digestKey)
  sets.set(digestKey, set)
  return set
}
