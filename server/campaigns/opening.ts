import { createHash } from 'node:crypto'
import { type Db, transaction } from '../db/db.ts'
import { campaignCampuses, campaigns, pledgeTexts } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { type NewOrganization, organizationOf } from '../organizations/organization.ts'
import { announceCampaigns } from './campaign.ts'
import { newDigestKey } from './digest-key.ts'

interface NewText {
  locale: string
  title: string
  body: string
  reason: string
}

type CampaignSettings = Omit<typeof campaigns.$inferInsert, 'id' | 'organizationId' | 'digestKey' | 'locales'>
type CampusSettings = Omit<typeof campaignCampuses.$inferInsert, 'campaignId'>

export interface NewCampaign extends CampaignSettings {
  organization: NewOrganization
  texts: NewText[]
  campuses?: CampusSettings[]
}

/** Makes a campaign with its host, its wording and its own digest key. @returns its id */
export async function createCampaign(db: Db, keys: Keys, campaign: NewCampaign): Promise<number> {
  const { organization, texts, campuses = [], ...settings } = campaign
  return await transaction(db, async (tx) => {
    const organizationId = await organizationOf(tx, organization)
    const digestKey = newDigestKey(keys, settings.slug)
    const locales = texts.map(({ locale }) => locale)
    const [made] = await tx
      .insert(campaigns)
      .values({ ...settings, organizationId, digestKey, locales })
      .returning({ id: campaigns.id })
    if (!made) throw new Error('no campaign was made')
    await tx.insert(pledgeTexts).values(texts.map((text) => firstVersion(made.id, text)))
    if (campuses.length > 0) {
      await tx.insert(campaignCampuses).values(campuses.map((campus) => ({ ...campus, campaignId: made.id })))
    }
    await announceCampaigns(tx)
    return made.id
  })
}

function firstVersion(campaignId: number, text: NewText): typeof pledgeTexts.$inferInsert {
  return { ...text, campaignId, version: 1, textHash: textHash(text) }
}

/** SHA-256 over title, body and reason, each ended by a NUL, so that anybody can check what was signed. */
export function textHash({ title, body, reason }: Omit<NewText, 'locale'>): Buffer {
  return createHash('sha256').update(`${title}\0${body}\0${reason}\0`).digest()
}
