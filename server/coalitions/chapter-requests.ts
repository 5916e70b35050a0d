import { randomUUID } from 'node:crypto'
import { and, eq, gt, sql } from 'drizzle-orm'
import { type Campaign, requireRemembered } from '../campaigns/campaign.ts'
import { linkGate } from '../captcha/gates.ts'
import type { KnownCampus } from '../campuses/campus.ts'
import { isTaken, transaction } from '../db/db.ts'
import { campaignCampuses, chapterRequests } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { checkedAddress } from '../pledges/address.ts'
import { pledgeKey } from '../pledges/mailbox.ts'
import { checkedName } from '../pledges/name.ts'
import { readLink } from '../pledges/token.ts'
import { caps } from '../mail/caps.ts'
import { writeLetters } from '../mail/ledger.ts'
import { Refusal } from '../refusal.ts'
import { openChapterContact, sealChapterContact } from './chapter-contact.ts'

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
const DAY_MS = 24 * 3_600_000

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
 * whether the address has asked before, was declined, or leads already. Each request has a link of its own, and none
 * changes another.
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
  const contact = { email: address.exact, name, locale, ...(about && { about }) }
  const sealed = sealChapterContact(deps.keys, addressDigest, contact)
  const requestId = randomUUID()
  const now = deps.now()
  await transaction(deps.db, async (tx) => {
    const person = sql`campaign_id = ${campaign.id} and campus_id = ${campus.id} and address_digest = ${addressDigest}`
    await tx.execute(sql`
      insert into chapter_requests (campaign_id, campus_id, address_digest, request_id, contact, state, asked_at)
      select ${campaign.id}, ${campus.id}, ${addressDigest}, ${requestId}, ${sealed}, 'unconfirmed',
        ${now.toISOString()}::timestamptz
      where not exists (select from chapter_requests where ${person} and state <> 'unconfirmed')
        and (select count(*) from chapter_requests where ${person} and asked_at > ${dayBefore(now).toISOString()}::timestamptz)
          < ${caps.addressAndCampaign}`)
    await writeLetters(tx, [
      {
        template: 'chapter-request',
        campaignId: campaign.id,
        about: { request: requestId },
        locale,
        askedAt: now,
      },
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
      gt(chapterRequests.askedAt, dayBefore(now())),
    ),
  )
  if (waiting < UNCONFIRMED_A_DAY) return
  throw new Refusal('busy', 'Very many people asked today. Please come back tomorrow.', { retryAfter: 3_600 })
}

/** A request as the page behind its link shows it, before its button hands it on. */
export interface ShownRequest {
  campaign: Campaign
  campus: KnownCampus
  name: string
  about: string | undefined
}

/** @throws Refusal `token-invalid`, `token-expired` */
export async function showRequest(deps: Deps, token: string): Promise<ShownRequest> {
  const { campaign, campus, contact } = await requestOf(deps, token)
  return { campaign, campus, name: contact.name, about: contact.about }
}

/** Hands the request on to the host. Doing it again changes nothing. @throws Refusal `token-invalid`, `token-expired` */
export async function confirmRequest(deps: Deps, token: string): Promise<ShownRequest> {
  const { campaign, campus, contact, id } = await requestOf(deps, token)
  await deps.db
    .update(chapterRequests)
    .set({ state: 'asked', askedAt: deps.now() })
    .where(and(eq(chapterRequests.id, id), eq(chapterRequests.state, 'unconfirmed')))
    .catch((error: unknown) => {
      if (isTaken(error, 'chapter_requests_person_key')) throw stale()
      throw error
    })
  return { campaign, campus, name: contact.name, about: contact.about }
}

async function requestOf(deps: Deps, token: string) {
  const { key, signingId } = await readLink(deps, 'chapter-request', token)
  const [row] = await deps.db
    .select()
    .from(chapterRequests)
    .where(
      and(eq(chapterRequests.requestId, signingId), eq(chapterRequests.addressDigest, key.addressDigest)),
    )
  const campaign = await deps.campaigns.byId(key.campaignId)
  const campus = row && deps.campuses.byId(row.campusId)
  if (!row?.contact || !campaign || !campus) throw stale()
  return {
    id: row.id,
    campaign,
    campus,
    contact: openChapterContact(deps.keys, { ...row, contact: row.contact }),
  }
}

function stale(): Refusal {
  return new Refusal(
    'token-expired',
    'This request, or another one from your address, was handed on or answered.',
  )
}

function dayBefore(now: Date): Date {
  return new Date(now.getTime() - DAY_MS)
}
