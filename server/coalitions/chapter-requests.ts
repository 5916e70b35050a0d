import { and, eq, gt, lt } from 'drizzle-orm'
import { type Campaign, requireRemembered } from '../campaigns/campaign.ts'
import { linkGate } from '../captcha/gates.ts'
import type { KnownCampus } from '../campuses/campus.ts'
import { transaction } from '../db/db.ts'
import { campaignCampuses, chapterRequests } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { nonce } from '../nonce.ts'
import { checkedAddress } from '../pledges/address.ts'
import { CHOICES_BYTES } from '../pledges/choices.ts'
import { pledgeKey } from '../pledges/mailbox.ts'
import { checkedName } from '../pledges/name.ts'
import { readLink } from '../pledges/token.ts'
import { writeLetters } from '../mail/ledger.ts'
import { Refusal } from '../refusal.ts'
import { isRequest, sealChapterContact } from './chapter-contact.ts'

/** What a student types to lead the drive at her campus. */
export interface Asking {
  email: string
  name: string
  about: string
  captcha?: string | undefined
}

export const LONGEST_ABOUT = 600
/** Letters to people who may not have asked; past it a campaign takes no more for a day. */
const UNCONFIRMED_A_DAY = 100
/** How soon a mailbox may be written to again about the same campus. */
const PAUSE_MINUTES = 10

/** Whether a campus waits for somebody to lead. */
export async function hasChapter({ db }: Deps, campaign: Campaign, campus: KnownCampus): Promise<boolean> {
  const [settings] = await db
    .select({ chapterName: campaignCampuses.chapterName })
    .from(campaignCampuses)
    .where(and(eq(campaignCampuses.campaignId, campaign.id), eq(campaignCampuses.campusId, campus.id)))
  return Boolean(settings?.chapterName)
}

/**
 * Asks to lead the drive at a campus. Nobody hears of it before the mailbox has confirmed; the answer is the same
 * whether the address has asked before, was declined, or leads already.
 * @throws Refusal `email-invalid`, `name-missing`, `name-too-long`, `name-not-allowed`, `too-large`, `busy`
 */
export async function askToLead(
  deps: Deps,
  campaign: Campaign,
  campus: KnownCampus,
  { asking, locale }: { asking: Asking; locale: string },
): Promise<void> {
  requireRemembered(campaign)
  const address = checkedAddress(asking.email)
  const name = checkedName(asking.name)
  const about = asking.about.trim()
  if (!name) throw new Refusal('name-missing', 'Type your name.', { field: 'name' })
  if (about.length > LONGEST_ABOUT)
    throw new Refusal('too-large', `${LONGEST_ABOUT} characters are enough.`, { field: 'about' })
  await requireRoom(deps, campaign)
  await deps.captcha.requireProof(linkGate(campaign), { captcha: asking.captcha })
  const { addressDigest } = pledgeKey(campaign, address)
  const request = Buffer.from(nonce(CHOICES_BYTES)).toString('base64')
  const contact = { email: address.exact, name, request, locale, ...(about && { about }) }
  const sealed = sealChapterContact(deps.keys, addressDigest, contact)
  const now = deps.now()
  await transaction(deps.db, async (tx) => {
    await tx
      .insert(chapterRequests)
      .values({
        campaignId: campaign.id,
        campusId: campus.id,
        addressDigest,
        contact: sealed,
        state: 'unconfirmed',
        askedAt: now,
      })
      .onConflictDoUpdate({
        target: [chapterRequests.campaignId, chapterRequests.campusId, chapterRequests.addressDigest],
        set: { contact: sealed, askedAt: now },
        setWhere: and(
          eq(chapterRequests.state, 'unconfirmed'),
          lt(chapterRequests.askedAt, ago(now, { minutes: PAUSE_MINUTES })),
        ),
      })
    const about = { request }
    await writeLetters(tx, [
      { template: 'chapter-request', campaignId: campaign.id, about, locale, askedAt: now },
    ])
  })
}

/** @throws Refusal `busy`, for everybody alike */
async function requireRoom({ db, now }: Deps, { id }: Campaign): Promise<void> {
  const waiting = await db.$count(
    chapterRequests,
    and(
      eq(chapterRequests.campaignId, id),
      eq(chapterRequests.state, 'unconfirmed'),
      gt(chapterRequests.askedAt, ago(now(), { minutes: 24 * 60 })),
    ),
  )
  if (waiting < UNCONFIRMED_A_DAY) return
  throw new Refusal('busy', 'Very many people asked today. Please come back tomorrow.', { retryAfter: 3_600 })
}

/** Hands the request on to the host. Doing it again changes nothing. @throws Refusal `token-invalid`, `token-expired` */
export async function confirmAsking(
  deps: Deps,
  token: string,
): Promise<{ campaign: Campaign; campus: KnownCampus }> {
  const { key, choices } = await readLink(deps, 'chapter-request', token)
  const rows = await deps.db
    .select()
    .from(chapterRequests)
    .where(
      and(
        eq(chapterRequests.campaignId, key.campaignId),
        eq(chapterRequests.addressDigest, key.addressDigest),
      ),
    )
  const row = rows.find((row) => isRequest(deps.keys, row, choices))
  const campaign = await deps.campaigns.byId(key.campaignId)
  const campus = row && deps.campuses.byId(row.campusId)
  if (!row || !campaign || !campus) {
    throw new Refusal('token-expired', 'This request was answered, or replaced by a newer one.')
  }
  await deps.db
    .update(chapterRequests)
    .set({ state: 'asked', askedAt: deps.now() })
    .where(
      and(
        eq(chapterRequests.id, row.id),
        eq(chapterRequests.state, 'unconfirmed'),
        eq(chapterRequests.contact, row.contact!),
      ),
    )
  return { campaign, campus }
}

function ago(now: Date, { minutes }: { minutes: number }): Date {
  return new Date(now.getTime() - minutes * 60_000)
}
