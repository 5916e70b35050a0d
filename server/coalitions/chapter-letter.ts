import { and, eq } from 'drizzle-orm'
import { textIn } from '../campaigns/campaign.ts'
import { campaignLetter } from '../campaigns/letter.ts'
import { chapterRequests } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import type { LedgerLetter } from '../mail/ledger.ts'
import { stopUrl } from '../mail/stop-link.ts'
import { checkedAddress } from '../pledges/address.ts'
import { pledgeKey } from '../pledges/mailbox.ts'
import { signToken } from '../pledges/token.ts'
import { openChapterContact } from './chapter-contact.ts'

export const LINK_DAYS = 7

/** Nothing is sent for a request that was not taken, since another waits or was decided, or that was confirmed meanwhile. */
export async function composeChapterLetter(
  deps: Deps,
  { about, campaignId, locale }: LedgerLetter,
): Promise<Addressed | undefined> {
  if (campaignId === null) return undefined
  const requestId = String(about?.request)
  const campaign = await deps.campaigns.byId(campaignId)
  const [row] = await deps.db
    .select()
    .from(chapterRequests)
    .where(and(eq(chapterRequests.requestId, requestId), eq(chapterRequests.state, 'unconfirmed')))
  const campus = row && deps.campuses.byId(row.campusId)
  if (!campaign || !row?.contact || !campus) return undefined
  const { email: to } = openChapterContact(deps.keys, { ...row, contact: row.contact })
  const address = checkedAddress(to)
  const key = pledgeKey(campaign, address)
  const token = signToken(deps, { purpose: 'chapter-request', key, signingId: requestId, now: deps.now() })
  const text = textIn(campaign, [locale])
  const letter = campaignLetter(campaign, 'chapter-request', text.locale, {
    campaignTitle: text.title,
    campusName: campus.name,
    confirmUrl: `${deps.publicUrl}/chapter-requests/${token}?locale=${text.locale}`,
    expiresInDays: LINK_DAYS,
    stopUrl: stopUrl(deps, to, text.locale),
  })
  return { to, canonical: address.canonical, ...letter }
}
