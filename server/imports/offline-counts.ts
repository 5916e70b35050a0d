import { and, desc, eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import { NO_CAMPUS, offlineCounts } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { chosenCampus } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { NewOfflineCount, OfflineCounts } from './contract.ts'

/** Counted apart: no tally, rank or public page knows of them. */
export async function showOfflineCounts(
  deps: Deps,
  { campaign }: Pick<CampaignMember, 'campaign'>,
): Promise<OfflineCounts> {
  const rows = await deps.db
    .select()
    .from(offlineCounts)
    .where(eq(offlineCounts.campaignId, campaign.id))
    .orderBy(desc(offlineCounts.id))
  const sums = new Map<number, number>()
  for (const { campusId, count } of rows) sums.set(campusId, (sums.get(campusId) ?? 0) + count)
  return {
    counts: rows.map(({ id, campusId, count, note, enteredAt }) => ({
      id,
      ...campusOf(deps, campusId),
      count,
      note,
      at: enteredAt.toISOString(),
    })),
    byCampus: [...sums]
      .sort(([, a], [, b]) => b - a)
      .map(([campusId, count]) => ({ ...campusOf(deps, campusId), count })),
    all: [...sums.values()].reduce((all, count) => all + count, 0),
  }
}

function campusOf({ campuses }: Deps, campusId: number) {
  const campus = campuses.byId(campusId)
  return campus && { campus: { campus: campus.domain, name: campus.name } }
}

/** @throws Refusal `campus-not-known` */
export async function addOfflineCount(
  { db, campuses, now }: Deps,
  member: CampaignMember,
  { campus, count, note }: NewOfflineCount,
): Promise<void> {
  const { campaign, organizerId } = member
  const campusId = campus ? chosenCampus(campuses, campus).id : NO_CAMPUS
  const at = now()
  await transaction(db, async (tx) => {
    await tx.insert(offlineCounts).values({
      campaignId: campaign.id,
      campusId,
      count,
      note: note.trim(),
      enteredBy: organizerId,
      enteredAt: at,
    })
    await writeDown(tx, {
      at,
      by: member,
      action: 'offline-count.add',
      campaignId: campaign.id,
      details: { count, ...(campus && { campus }) },
    })
  })
}

/** @throws Refusal `not-found` */
export async function removeOfflineCount(
  { db, now }: Deps,
  member: CampaignMember,
  id: number,
): Promise<void> {
  const { campaign } = member
  await transaction(db, async (tx) => {
    const [removed] = await tx
      .delete(offlineCounts)
      .where(and(eq(offlineCounts.campaignId, campaign.id), eq(offlineCounts.id, id)))
      .returning({ count: offlineCounts.count })
    if (!removed) throw new Refusal('not-found', 'There is no such count, or it was removed already.')
    await writeDown(tx, {
      at: now(),
      by: member,
      action: 'offline-count.remove',
      campaignId: campaign.id,
      details: removed,
    })
  })
}
