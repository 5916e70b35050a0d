import { eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { campaignCampuses, campaigns } from '../db/schema.ts'
import { announceCampaigns } from './campaign.ts'

interface Chapter {
  campaignId: number
  campusId: number
  name: string
}

/**
 * Names the chapter of a campus that has none yet. Whoever is editing the campaign meanwhile is told that it changed.
 * @returns whether there was none
 */
export async function giveChapter(tx: Tx, { campaignId, campusId, name }: Chapter): Promise<boolean> {
  await tx
    .update(campaigns)
    .set({ revision: sql`${campaigns.revision} + 1` })
    .where(eq(campaigns.id, campaignId))
  const given = await tx
    .insert(campaignCampuses)
    .values({ campaignId, campusId, chapterName: name })
    .onConflictDoUpdate({
      target: [campaignCampuses.campaignId, campaignCampuses.campusId],
      set: { chapterName: name },
      setWhere: isNull(campaignCampuses.chapterName),
    })
    .returning({ campusId: campaignCampuses.campusId })
  await announceCampaigns(tx)
  return given.length > 0
}
