import { eq } from 'drizzle-orm'
import { composeEmail, type EmailName, type EmailValues } from '../../emails/emails.ts'
import type { SignInChange } from '../../emails/sign-in-changed.ts'
import type { Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { openOrganizer } from './organizer.ts'

/** The console speaks English, and so do its letters to those who are in it. */
export const NOTICE_LOCALE = 'en'

interface ChangeNotice {
  organizerId: number
  change: SignInChange
}

/** Tells an organizer, in the transaction that does it, what became of her ways to sign in. */
export async function noticeChange(tx: Tx, at: Date, about: ChangeNotice): Promise<void> {
  await writeLetters(tx, [
    { template: 'sign-in-changed', about: { ...about }, locale: NOTICE_LOCALE, askedAt: at },
  ])
}

export async function composeChangeNotice(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const { organizerId, change } = letter.about as unknown as ChangeNotice
  const accountUrl = `${deps.publicUrl}/console/account`
  return await toOrganizer(deps, organizerId, 'sign-in-changed', { change, accountUrl })
}

/** Nothing goes out to whoever is not an organizer any more. */
export async function toOrganizer<Name extends EmailName>(
  { db, keys }: Deps,
  organizerId: number,
  name: Name,
  values: EmailValues[Name],
): Promise<Addressed | undefined> {
  const [row] = await db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) return undefined
  return { to: openOrganizer(keys, row).email, email: composeEmail(name, NOTICE_LOCALE, values) }
}
