import { lt, or } from 'drizzle-orm'
import { organizerSessions, passkeyChallenges, passkeyResets, signInAsks, signInLinks } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { lapsedAt } from './passkey-resets.ts'
import { IDLE_HOURS, LIFETIME_DAYS } from './sessions.ts'

/** Whatever of signing in is of no use any more. */
export async function forgetSigningIn({ db, now }: Deps): Promise<void> {
  const at = now()
  const hoursAgo = (hours: number) => new Date(at.getTime() - hours * 3_600_000)
  await db.delete(signInLinks).where(lt(signInLinks.expiresAt, at))
  await db.delete(signInAsks).where(lt(signInAsks.expiresAt, at))
  await db.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, at))
  await db.delete(passkeyResets).where(lt(passkeyResets.takesEffectAt, lapsedAt(at)))
  await db
    .delete(organizerSessions)
    .where(
      or(
        lt(organizerSessions.usedAt, hoursAgo(IDLE_HOURS)),
        lt(organizerSessions.startedAt, hoursAgo(24 * LIFETIME_DAYS)),
      ),
    )
}
