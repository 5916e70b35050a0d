import { timingSafeEqual } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { toOrganizer, withOwnersAbove } from './notices.ts'
import { FIRST_LOCALE, openOrganizer } from './organizer.ts'

/** A first passkey that waits. */
export interface FirstPasskey {
  organizerId: number
  /** As `passkeyId` names it. */
  passkey: string
}

interface Notice extends FirstPasskey {
  readerId: number
  countsFrom: string
}

/** Tells the organizer, and all owners of their organizations, of a first passkey that does not count yet. */
export async function noticeFirstPasskey(
  tx: Tx,
  at: Date,
  { organizerId, passkey, countsFrom }: FirstPasskey & { countsFrom: Date },
): Promise<void> {
  const readers = await withOwnersAbove(tx, [organizerId])
  const about = { passkey, countsFrom: countsFrom.toISOString() }
  await writeLetters(
    tx,
    readers.map((reader) => ({
      template: 'first-passkey',
      about: { ...about, ...reader } satisfies Notice,
      locale: FIRST_LOCALE,
      askedAt: at,
    })),
  )
}

export async function composeFirstPasskeyNotice(
  deps: Deps,
  letter: LedgerLetter,
): Promise<Addressed | undefined> {
  const { readerId, countsFrom, ...first } = letter.about as unknown as Notice
  const [row] = await deps.db.select().from(organizers).where(eq(organizers.id, first.organizerId))
  if (!row || new Date(countsFrom) <= deps.now()) return undefined
  return await toOrganizer(deps, readerId, 'first-passkey', {
    who: openOrganizer(deps.keys, row).email,
    isReader: readerId === first.organizerId,
    countsFrom: new Date(countsFrom),
    stopUrl: `${deps.publicUrl}/console/first-passkey#${stopToken(deps.keys, first)}`,
  })
}

/** Needs no row: it names the passkey, and is good as long as that waits. */
function stopToken(keys: Keys, { organizerId, passkey }: FirstPasskey): string {
  const mac = keys.mac('first-passkey', Buffer.from(`${organizerId} ${passkey}`))
  return `${organizerId}.${passkey}.${mac.toString('base64url')}`
}

/** The passkey that a link out of such an email names; undefined where the link is not ours. */
export function readStopToken(keys: Keys, token: string): FirstPasskey | undefined {
  const [id = '', passkey = ''] = token.split('.')
  const named = { organizerId: Number(id), passkey }
  const [given, ours] = [Buffer.from(token), Buffer.from(stopToken(keys, named))]
  return given.length === ours.length && timingSafeEqual(given, ours) ? named : undefined
}
