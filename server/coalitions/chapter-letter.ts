import { and, eq } from 'drizzle-orm'
import { renderEmail } from '../../emails/emails.ts'
import { textIn } from '../campaigns/campaign.ts'
import { chapterRequests } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { messageIdOf } from '../mail/message-id.ts'
import { checkedAddress } from '../pledges/address.ts'
import { pledgeKey } from '../pledges/mailbox.ts'
import { signToken } from '../pledges/token.ts'
import { nameOfRequest, openChapterContact } from './chapter-contact.ts'

export const LINK_DAYS = 7

/** A letter as it waits: which request it belongs to, and no address. */
export interface ChapterLetter {
  request: string
  campaignId: number
  locale: string
}

/** Nothing is sent for a request that was not taken, since another waits or was decided, or that was confirmed meanwhile. */
export async function sendChapterLetter(
  deps: Deps,
  { request, campaignId, locale }: ChapterLetter,
): Promise<void> {
  const named = Buffer.from(request, 'base64')
  const campaign = await deps.campaigns.byId(campaignId)
  const rows = await deps.db
    .select()
    .from(chapterRequests)
    .where(and(eq(chapterRequests.campaignId, campaignId), eq(chapterRequests.state, 'unconfirmed')))
  const row = rows.find(({ contact }) => contact && nameOfRequest(contact).equals(named))
  const campus = row && deps.campuses.byId(row.campusId)
  if (!campaign || !row?.contact || !campus) return
  const { email } = openChapterContact(deps.keys, { ...row, contact: row.contact })
  const key = pledgeKey(campaign, checkedAddress(email))
  const token = signToken(deps, { purpose: 'chapter-request', key, choices: named, now: deps.now() })
  const text = textIn(campaign, [locale])
  const letter = await renderEmail('chapter-request', text.locale, {
    campaignTitle: text.title,
    campusName: campus.name,
    confirmUrl: `${deps.publicUrl}/chapter-requests/${token}?locale=${text.locale}`,
    expiresInDays: LINK_DAYS,
  })
  const way = campaign.isDemo ? deps.demoMail : deps.mail
  await way.send({
    ...letter,
    to: email,
    messageId: messageIdOf(deps.publicUrl, row.contact),
    locale: text.locale,
  })
}
