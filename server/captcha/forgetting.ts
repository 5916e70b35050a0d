import { lt } from 'drizzle-orm'
import { captchaCounts, captchaSpent } from '../db/schema.ts'
import type { Deps } from '../deps.ts'

const COUNTED_MS = 20 * 60_000

/** What has expired is refused as that, spent or not; what is no longer counted, nobody needs. */
export async function forgetCaptchas({ db, now }: Pick<Deps, 'db' | 'now'>): Promise<void> {
  const at = now()
  await db.delete(captchaSpent).where(lt(captchaSpent.expiresAt, at))
  await db.delete(captchaCounts).where(lt(captchaCounts.minute, new Date(at.getTime() - COUNTED_MS)))
}
