import { createHash } from 'node:crypto'
import type { Keys } from '../keys.ts'
import { CHOICES_BYTES } from '../pledges/choices.ts'

/** Who asks to lead. In the database only sealed by the server key, and bound to the address's digest. */
export interface ChapterContact {
  email: string
  name: string
  about?: string
  /** In which she asked. */
  locale?: string
}

export function sealChapterContact(keys: Keys, addressDigest: Buffer, contact: ChapterContact): Buffer {
  return keys.seal('chapter-request', Buffer.from(JSON.stringify(contact)), addressDigest)
}

export function openChapterContact(
  keys: Keys,
  { addressDigest, contact }: { addressDigest: Buffer; contact: Buffer },
): ChapterContact {
  return JSON.parse(keys.open('chapter-request', contact, addressDigest).toString()) as ChapterContact
}

/** Names one request among all that were sent for an address: its link confirms it, and none that came after. */
export function nameOfRequest(sealed: Buffer): Buffer {
  return createHash('sha256').update(sealed).digest().subarray(0, CHOICES_BYTES)
}
