import { eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import { passkeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { readStopToken } from './first-passkey-notices.ts'
import { noticeChange } from './notices.ts'
import { lockOrganizer, passkeyId, passkeysOf } from './passkeys.ts'
import { endSessionsOf } from './sessions.ts'

/**
 * Removes a first passkey that waits, and ends all sessions of its account: whoever added it reads that mailbox. A link
 * alone lets its owner in again.
 * @throws Refusal `token-invalid`, `token-expired`
 */
export async function stopFirstPasskey(deps: Deps, token: string): Promise<void> {
  const named = readStopToken(deps.keys, token)
  if (!named) throw new Refusal('token-invalid', 'This link is not good. Copy all of it from the email.')
  const { organizerId } = named
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    await lockOrganizer(tx, organizerId)
    const waiting = (await passkeysOf(tx, organizerId)).find(
      (passkey) => passkeyId(passkey) === named.passkey && passkey.countsFrom > at,
    )
    if (!waiting) {
      const detail =
        'This passkey was removed already, or the 72 hours are over. If it is not yours, ask whoever runs the server to help.'
      throw new Refusal('token-expired', detail)
    }
    await tx.delete(passkeys).where(eq(passkeys.credentialId, waiting.credentialId))
    await endSessionsOf(tx, organizerId)
    await writeDown(tx, { at, by: null, action: 'passkey.stop', details: { organizer: organizerId } })
    await noticeChange(tx, at, { organizerId, change: 'passkey-stopped' })
  })
}
