import { eq, sql } from 'drizzle-orm'
import { composeEmail, type EmailName, type EmailValues } from '../../emails/emails.ts'
import type { SignInChange } from '../../emails/sign-in-changed.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
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

/** Who reads what concerns organizers' ways in: they themselves, and all owners of organizations that they are in. */
export async function withOwnersAbove(
  tx: DbOrTx,
  organizerIds: number[],
): Promise<{ organizerId: number; readerId: number }[]> {
  const { rows } = await tx.execute<{ organizer_id: number; reader_id: number }>(sql`
    select own.organizer_id, owned.organizer_id as reader_id
    from memberships own join memberships owned
      on owned.organization_id = own.organization_id and owned.role = 'owner'
    where own.organizer_id in ${organizerIds} and owned.organizer_id <> own.organizer_id
    group by 1, 2`)
  const toOwners = rows.map((row) => ({ organizerId: row.organizer_id, readerId: row.reader_id }))
  return [...organizerIds.map((organizerId) => ({ organizerId, readerId: organizerId })), ...toOwners]
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
