import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from './actor.ts'
import { endSession } from './sessions.ts'

export async function signOut({ db, now }: Deps, actor: Actor): Promise<void> {
  await transaction(db, async (tx) => {
    await endSession(tx, actor.organizerId, actor.sessionId)
    await writeDown(tx, { at: now(), by: actor, action: 'organizer.sign-out' })
  })
}
