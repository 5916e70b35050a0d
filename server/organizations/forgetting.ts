import { lt } from 'drizzle-orm'
import { invitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'

const KEPT_DAYS = 30

/** Whoever never answered asked for nothing: her address is not kept. */
export async function forgetInvitations({ db, now }: Deps): Promise<void> {
  const then = new Date(now().getTime() - KEPT_DAYS * 24 * 3_600_000)
  await db.delete(invitations).where(lt(invitations.expiresAt, then))
}
