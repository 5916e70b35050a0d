import { eq } from 'drizzle-orm'
import { composeEmail, type EmailName, type EmailValues } from '../../emails/emails.ts'
import type { SignInChange } from '../../emails/sign-in-changed.ts'
import type { Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { FIRST_LOCALE, openOrganizer } from './organizer.ts'

interface ChangeNotice {
  organizerId: number
  change: SignInChange
}

/** Tells an organizer, in the transaction that does it, what became of her ways to sign in. */
export async function noticeChange(tx: Tx, at: Date, about: ChangeNotice): Promise<void> {
  await writeLetters(tx, [
    { template: 'sign-in-changed', about: { ...about }, locale: FIRST_LOCALE, askedAt: at },
  ])
}

export async function composeChangeNotice(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const { organizerId, change } = letter.about as unknown as ChangeNotice
  const accountUrl = `${deps.publicUrl}/console/account`
  return await toOrganizer(deps, organizerId, 'sign-in-changed', { change, accountUrl })
}

/** In what she reads by then. Nothing goes out to whoever is not an organizer any more. */
export async function toOrganizer<Name extends EmailName>(
  { db, keys }: Deps,
  organizerId: number,
  name: Name,
  values: EmailValues[Name],
): Promise<Addressed | undefined> {
  const [row] = await db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) return undefined
  const { email: to, locale = FIRST_LOCALE } = openOrganizer(keys, row)
  return { to, email: composeEmail(name, locale, values) }
}
