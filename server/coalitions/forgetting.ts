import { eq, lt, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { chapterRequests, partnerInvitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { LINK_DAYS } from './chapter-letter.ts'

const DAY_MS = 24 * 3_600_000
/** A season: whoever was declined may ask again then. */
const REQUESTS_DAYS = 90
/** So long an invitation that has expired can be sent again. */
const INVITATIONS_DAYS = 30

/** What nobody confirmed goes with its link; what nobody answered or decided, and that somebody was declined, later. */
export async function forgetUnanswered({ db, now }: Deps): Promise<void> {
  const ago = (days: number) => new Date(now().getTime() - days * DAY_MS)
  await db.delete(chapterRequests).where(
    sql`${chapterRequests.state} = 'unconfirmed' and ${chapterRequests.askedAt} < ${ago(LINK_DAYS).toISOString()}
      or coalesce(${chapterRequests.decidedAt}, ${chapterRequests.askedAt}) < ${ago(REQUESTS_DAYS).toISOString()}`,
  )
  await db.delete(partnerInvitations).where(lt(partnerInvitations.expiresAt, ago(INVITATIONS_DAYS)))
}

/** Of a drive whose signers are forgotten: who asked to lead may have signed. */
export async function forgetRequestsOf(db: Db, campaignId: number): Promise<void> {
  await db.delete(chapterRequests).where(eq(chapterRequests.campaignId, campaignId))
}
