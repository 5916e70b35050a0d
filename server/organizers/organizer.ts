import { eq, sql } from 'drizzle-orm'
import type { DbOrTx, Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import type { SealedColumn } from '../keys/sealed-column.ts'
import { checkedAddress } from '../pledges/address.ts'

/** Who an organizer is. In the database only sealed by the server key, and bound to the digest of the email. */
export interface OrganizerContact {
  email: string
  name?: string
  /** What she reads letters in, as her browser said when she last signed in; before, as whoever invited her said. */
  locale?: string
}

/** The console speaks English, and so do letters to whom nobody knows better of. */
export const FIRST_LOCALE = 'en'

/** The email as it is compared: its checked, exact form in lower case. @throws Refusal `email-invalid` */
export function organizerEmail(typed: string): string {
  return checkedAddress(typed).exact.toLowerCase()
}

/** @param email as `organizerEmail` returns it */
export function organizerDigest(keys: Keys, email: string): Buffer {
  return keys.mac('organizer-digest', Buffer.from(email))
}

export function sealOrganizer(keys: Keys, contact: OrganizerContact): Buffer {
  return keys.seal('organizer', Buffer.from(JSON.stringify(contact)), organizerDigest(keys, contact.email))
}

/** @param row of any table that holds an `emailDigest` and the `contact` sealed with it */
export function openOrganizer(keys: Keys, row: { emailDigest: Buffer; contact: Buffer }): OrganizerContact {
  return JSON.parse(keys.open('organizer', row.contact, row.emailDigest).toString()) as OrganizerContact
}

/** What the organizer of this address reads letters in, where there is one. @param email as `organizerEmail` returns it */
export async function localeOf(db: DbOrTx, keys: Keys, email: string): Promise<string | undefined> {
  const [found] = await db
    .select()
    .from(organizers)
    .where(eq(organizers.emailDigest, organizerDigest(keys, email)))
  return found && openOrganizer(keys, found).locale
}

/** Part of signing in, which holds the organizer's row. */
export async function rememberLocale(
  tx: Tx,
  keys: Keys,
  { organizerId, locale }: { organizerId: number; locale: string },
): Promise<void> {
  const [row] = await tx.select().from(organizers).where(eq(organizers.id, organizerId)).for('update')
  const known = row && openOrganizer(keys, row)
  if (!known || known.locale === locale) return
  await tx
    .update(organizers)
    .set({ contact: sealOrganizer(keys, { ...known, locale }) })
    .where(eq(organizers.id, organizerId))
}

/** The organizer of this address, made where there is none yet. @returns the id */
export async function organizerOf(
  tx: DbOrTx,
  keys: Keys,
  contact: OrganizerContact,
  now: Date,
): Promise<number> {
  const emailDigest = organizerDigest(keys, contact.email)
  await tx
    .insert(organizers)
    .values({ emailDigest, contact: sealOrganizer(keys, contact), joinedAt: now })
    .onConflictDoNothing({ target: organizers.emailDigest })
  const [found] = await tx
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, emailDigest))
  if (!found) throw new Error('no organizer was made')
  return found.id
}

/** What is bound to an `emailDigest`, as `sealOrganizer` does. */
export function sealedAsOrganizer(row: Record<string, unknown>) {
  return { purpose: 'organizer' as const, context: row.email_digest as Buffer }
}

export const sealedOrganizers: SealedColumn = {
  what: 'organizers',
  table: 'organizers',
  column: 'contact',
  key: { id: 'int' },
  also: [sql`email_digest`],
  sealedAs: sealedAsOrganizer,
}
