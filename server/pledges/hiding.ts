import { and, eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import { pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'

interface Listed {
  /** Its domain. */
  campus: string
  /** As it is listed: "Ada L." */
  name: string
}

/**
 * Takes a name off the list of its campus and forgets it: an insult, or somebody who was signed by others. The pledge
 * counts as before, and is never listed again. Everybody listed there by the same letters is hidden, since nothing else
 * tells them apart.
 * @returns how many were hidden
 * @throws Refusal `unknown-campus`
 */
export async function hideName(
  { db, campuses, now }: Pick<Deps, 'db' | 'campuses' | 'now'>,
  { campaign, ...by }: CampaignMember,
  { campus: domain, name }: Listed,
): Promise<number> {
  const campus = campuses.byDomain(domain)
  if (!campus) throw new Refusal('unknown-campus', 'There is no campus of this domain in the directory.')
  return await transaction(db, async (tx) => {
    const hidden = await tx
      .update(pledges)
      .set({ displayName: null, listsName: false, listedOn: null, nameHidden: true })
      .where(
        and(
          eq(pledges.campaignId, campaign.id),
          eq(pledges.campusId, campus.id),
          eq(pledges.displayName, name),
          eq(pledges.state, 'confirmed'),
        ),
      )
      .returning({ campaignId: pledges.campaignId })
    if (hidden.length === 0) return 0
    // Never the name: what is written down stays.
    const details = { campus: domain, hidden: hidden.length }
    await writeDown(tx, {
      at: now(),
      by,
      action: 'name.hide',
      organizationId: campaign.organizationId,
      campaignId: campaign.id,
      details,
    })
    return hidden.length
  })
}
