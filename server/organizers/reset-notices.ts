import { eq, gt, sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { organizers, passkeyResets } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { toOrganizer, withOwnersAbove } from './notices.ts'
import { FIRST_LOCALE, openOrganizer } from './organizer.ts'
import { lapsedAt } from './passkey-resets.ts'

interface ResetNotice {
  /** Whose passkeys are to be replaced. */
  organizerId: number
  /** Herself, or an owner of an organization that she is in. */
  readerId: number
}

/** Tells these organizers, and all owners of their organizations, that their passkeys are to be replaced. */
export async function addResetNotices(tx: DbOrTx, at: Date, organizerIds: number[]): Promise<void> {
  const notices: ResetNotice[] = await withOwnersAbove(tx, organizerIds)
  await writeLetters(
    tx,
    notices.map((notice) => ({
      template: 'passkey-reset',
      about: { ...notice },
      locale: FIRST_LOCALE,
      askedAt: at,
    })),
  )
}

/** Not of a reset that was taken back meanwhile. */
export async function composeResetNotice(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const { organizerId, readerId } = letter.about as unknown as ResetNotice
  const [found] = await deps.db
    .select()
    .from(passkeyResets)
    .innerJoin(organizers, eq(organizers.id, passkeyResets.organizerId))
    .where(eq(passkeyResets.organizerId, organizerId))
  if (!found) return undefined
  return await toOrganizer(deps, readerId, 'passkey-reset', {
    who: openOrganizer(deps.keys, found.organizers).email,
    isReader: readerId === organizerId,
    takesEffectAt: found.passkey_resets.takesEffectAt,
    accountUrl: `${deps.publicUrl}/console/account`,
  })
}

/** Every day, as long as a reset waits or stands open; not for one that was asked for within hours, and told of then. */
export async function remindOfResets({ db, now }: Deps): Promise<void> {
  const waiting = await db
    .select({ id: passkeyResets.organizerId })
    .from(passkeyResets)
    .where(
      sql`${gt(passkeyResets.takesEffectAt, lapsedAt(now()))} and ${passkeyResets.askedAt} < ${now().toISOString()}::timestamptz - interval '6 hours'`,
    )
  if (waiting.length > 0)
    await addResetNotices(
      db,
      now(),
      waiting.map(({ id }) => id).sort((a, b) => a - b),
    )
}
