import { and, asc, eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { AuditAction } from '../audit/contract.ts'
import { giveChapter } from '../campaigns/chapter.ts'
import { transaction, type Tx } from '../db/db.ts'
import { chapterRequests } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isAtLeast } from '../organizers/access.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { organizerEmail } from '../organizers/organizer.ts'
import { checkedAddress } from '../pledges/address.ts'
import { Refusal } from '../refusal.ts'
import { openChapterContact } from './chapter-contact.ts'
import type { ChapterRequest } from './contract.ts'
import { writePartnerInvitation } from './partner-invitations.ts'

type Row = typeof chapterRequests.$inferSelect

/** What waits for the host, oldest first. Who asks, only those see who decide. */
export async function openRequests(
  deps: Deps,
  { campaign, role }: CampaignMember,
): Promise<ChapterRequest[]> {
  const rows = await deps.db
    .select()
    .from(chapterRequests)
    .where(and(eq(chapterRequests.campaignId, campaign.id), eq(chapterRequests.state, 'asked')))
    .orderBy(asc(chapterRequests.askedAt), asc(chapterRequests.id))
  return rows.map((row) => shown(deps, row, isAtLeast(role, 'editor')))
}

function shown({ keys, campuses }: Deps, row: Row, withContact: boolean): ChapterRequest {
  const campus = campuses.byId(row.campusId)
  const contact =
    withContact && row.contact ? openChapterContact(keys, { ...row, contact: row.contact }) : undefined
  const ofAddress = contact && campuses.ofAddressDomain(checkedAddress(contact.email).domain)
  return {
    id: row.id,
    campus: { campus: campus?.domain ?? '', name: campus?.name ?? '' },
    askedAt: row.askedAt.toISOString(),
    ...(contact && {
      contact: { ...contact, isOfCampus: ofAddress?.campuses.some(({ id }) => id === row.campusId) ?? false },
    }),
  }
}

/**
 * Names the chapter, and asks her to carry the campaign as a partner of that name: her organization is made when she
 * accepts, with a source of its own.
 * @throws Refusal `request-decided`, `chapter-there`, `already-invited`, `too-many-invitations`
 */
export async function approveRequest(
  deps: Deps,
  by: CampaignMember,
  { id, chapterName }: { id: number; chapterName: string },
): Promise<void> {
  const name = chapterName.trim()
  await transaction(deps.db, async (tx) => {
    const row = await decide(tx, deps, by, { id, state: 'approved' })
    const { email, locale } = openChapterContact(deps.keys, row)
    const { campusId } = row
    await writePartnerInvitation(tx, deps, by, {
      organizationName: name,
      email: organizerEmail(email),
      campusId,
      ...(locale && { locale }),
    })
    if (!(await giveChapter(tx, { campaignId: by.campaign.id, campusId, name }))) {
      throw new Refusal(
        'chapter-there',
        'This campus has a chapter by now. Invite her as a partner instead, or decline.',
      )
    }
    await note(tx, deps, by, { action: 'chapter-request.approve', row, chapterName: name })
  })
}

/** Her name and address are erased; she is not written to. @throws Refusal `request-decided` */
export async function declineRequest(deps: Deps, by: CampaignMember, id: number): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const row = await decide(tx, deps, by, { id, state: 'declined' })
    await note(tx, deps, by, { action: 'chapter-request.decline', row })
  })
}

/** Of two who decide at once one does. @returns the row as it was, with its contact, which is erased */
async function decide(
  tx: Tx,
  { now }: Deps,
  { campaign }: CampaignMember,
  { id, state }: { id: number; state: 'approved' | 'declined' },
): Promise<Row & { contact: Buffer }> {
  const isOpen = and(
    eq(chapterRequests.campaignId, campaign.id),
    eq(chapterRequests.id, id),
    eq(chapterRequests.state, 'asked'),
  )
  const [row] = await tx.select().from(chapterRequests).where(isOpen).for('update')
  if (!row?.contact)
    throw new Refusal('request-decided', 'Somebody decided this meanwhile. Load the page again.')
  await tx.update(chapterRequests).set({ state, contact: null, decidedAt: now() }).where(isOpen)
  return { ...row, contact: row.contact }
}

interface Decided {
  action: Extract<AuditAction, `chapter-request.${string}`>
  row: Row
  chapterName?: string
}

async function note(
  tx: Tx,
  { now, campuses }: Deps,
  by: CampaignMember,
  { action, row, chapterName }: Decided,
): Promise<void> {
  const details = {
    request: row.id,
    campus: campuses.byId(row.campusId)?.domain,
    ...(chapterName && { chapterName }),
  }
  await writeDown(tx, { at: now(), by, action, campaignId: by.campaign.id, details })
}
