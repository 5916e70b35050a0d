import { sql } from 'drizzle-orm'
import { transaction } from '../db/db.ts'
import { pledges, signings } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isPledge, keyName, type PledgeKey } from './mailbox.ts'
import { NO_SIGNING, readToken, signToken } from './token.ts'
import { findWaiting, isSigning, openSigning, sealSigning } from './waiting-signing.ts'

/** Where she who ticked "email me" unticks it: for the end of such an email, and for its `List-Unsubscribe`. */
export function unsubscribeUrl(
  deps: Pick<Deps, 'keys' | 'publicUrl' | 'now'>,
  key: PledgeKey,
  locale: string,
): string {
  const token = signToken(deps, { purpose: 'unsubscribe', key, signingId: NO_SIGNING, now: deps.now() })
  return `${deps.publicUrl}/unsubscribe/${token}?locale=${locale}`
}

/**
 * Ends the emails about a pledge, which goes on counting. Its address is erased, unless it waits for its confirmation.
 * Doing it again changes nothing, nor does it where the pledge is gone. @throws Refusal `token-invalid`, `token-expired`
 */
export async function unsubscribe(deps: Deps, token: string): Promise<void> {
  const { key } = readToken(deps, 'unsubscribe', token, deps.now())
  await transaction(deps.db, async (tx) => {
    await tx
      .update(pledges)
      .set({ wantsUpdates: false, contact: sql`case when confirmed_at is null then contact end` })
      .where(isPledge(key))
    for (const { signingId, sealed } of (await findWaiting(tx, [key])).get(keyName(key)) ?? []) {
      const ticket = { key, signingId }
      const says = openSigning(deps.keys, ticket, sealed)
      if (!says?.wantsUpdates) continue
      const without = sealSigning(deps.keys, ticket, { ...says, wantsUpdates: false })
      await tx.update(signings).set({ sealed: without }).where(isSigning(ticket))
    }
  })
}
