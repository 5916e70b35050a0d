import { eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { organizerDigest, organizerEmail } from './organizer.ts'
import { endSessionsOf } from './sessions.ts'

/**
 * What `npm run organizer:sign-out` does: whoever has a cookie of these organizers, rightly or not, is out at the next request.
 * @param email of one of them; undefined for all
 * @returns how many sessions ended
 * @throws Refusal in words for the operator
 */
export async function signOutFromCommandLine(
  { db, keys, now }: Pick<Deps, 'db' | 'keys' | 'now'>,
  email: string | undefined,
): Promise<number> {
  return await transaction(db, async (tx) => {
    const whose = email === undefined ? 'all' : await organizerCalled(tx, keys, email)
    const ended = await endSessionsOf(tx, whose)
    for (const [organizer, sessions] of Map.groupBy(ended, ({ organizerId }) => organizerId)) {
      const details = { organizer, sessions: sessions.length }
      await writeDown(tx, { at: now(), by: null, action: 'session.end', details })
    }
    return ended.length
  })
}

async function organizerCalled(tx: Tx, keys: Keys, typed: string): Promise<number> {
  const email = organizerEmail(typed)
  const [found] = await tx
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.emailDigest, organizerDigest(keys, email)))
  if (!found) throw new Refusal('not-found', `No organizer here signs in as ${email}.`)
  return found.id
}
