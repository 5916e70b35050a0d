import { sql } from 'drizzle-orm'
import type { Keys } from '../keys.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'

/** Who asks to lead. In the database only sealed by the server key, and bound to the address's digest. */
export interface ChapterContact {
  email: string
  name: string
  /** Random, base64: names this request among all that were sent for the address. */
  request: string
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

/** Whether this is the request that a link names: it confirms no other that was sent for the address. */
export function isRequest(
  keys: Keys,
  { addressDigest, contact }: { addressDigest: Buffer; contact: Buffer | null },
  named: Buffer,
): boolean {
  if (!contact) return false
  return openChapterContact(keys, { addressDigest, contact }).request === named.toString('base64')
}

export const sealedChapterContacts: SealedColumn = {
  what: 'requests to lead',
  table: 'chapter_requests',
  column: 'contact',
  key: { id: 'int' },
  also: [sql`address_digest`],
  sealedAs: (row) => ({ purpose: 'chapter-request', context: row.address_digest as Buffer }),
}
