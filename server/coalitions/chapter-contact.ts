import { sql } from 'drizzle-orm'
import type { Keys } from '../keys.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'

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

export const sealedChapterContacts: SealedColumn = {
  what: 'requests to lead',
  table: 'chapter_requests',
  column: 'contact',
  key: { id: 'int' },
  also: [sql`address_digest`],
  sealedAs: (row) => ({ purpose: 'chapter-request', context: row.address_digest as Buffer }),
}
