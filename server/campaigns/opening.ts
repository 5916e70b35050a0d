import { createHash } from 'node:crypto'
import { type Db, transaction, type Tx } from '../db/db.ts'
import {
  campaignCampuses,
  campaignClauses,
  campaignLogos,
  campaignQuestions,
  campaigns,
  campaignTargets,
  pledgeTexts,
} from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { type NewOrganization, organizationOf } from '../organizations/organization.ts'
import { announceCampaigns } from './campaign.ts'
import { insertDigestKey } from './digest-key.ts'
import type { Localized, Target } from './reading.ts'

interface NewText {
  locale: string
  title: string
  body: string
  reason: string
}

type CampaignSettings = Omit<typeof campaigns.$inferInsert, 'id' | 'organizationId' | 'locales'>
type CampusSettings = Omit<typeof campaignCampuses.$inferInsert, 'campaignId'>

export interface NewCampaign extends CampaignSettings {
  organization: NewOrganization
  texts: NewText[]
  campuses?: CampusSettings[]
  targets?: Omit<Target, 'id'>[]
  clauses?: Localized[]
  questions?: { words: Localized; options: Localized[] }[]
  logo?: Omit<typeof campaignLogos.$inferInsert, 'campaignId' | 'hash'>
}

/** Makes a campaign with its host, its wording and its own digest key. @returns its id */
export async function createCampaign(db: Db, keys: Keys, campaign: NewCampaign): Promise<number> {
  const { organization, campuses = [], targets, clauses, questions, logo, ...settings } = campaign
  return await transaction(db, async (tx) => {
    const organizationId = await organizationOf(tx, organization)
    const campaignId = await insertCampaign(tx, keys, { ...settings, organizationId })
    if (campuses.length > 0) {
      await tx.insert(campaignCampuses).values(campuses.map((campus) => ({ ...campus, campaignId })))
    }
    await insertParts(tx, campaignId, { targets, clauses, questions, logo })
    return campaignId
  })
}

async function insertParts(
  tx: Tx,
  campaignId: number,
  {
    targets = [],
    clauses = [],
    questions = [],
    logo,
  }: Pick<NewCampaign, 'targets' | 'clauses' | 'questions' | 'logo'>,
): Promise<void> {
  if (targets.length > 0) {
    await tx
      .insert(campaignTargets)
      .values(targets.map((one, position) => ({ ...one, campaignId, position })))
  }
  if (clauses.length > 0) {
    await tx
      .insert(campaignClauses)
      .values(clauses.map((words, position) => ({ words, campaignId, position })))
  }
  if (questions.length > 0) {
    await tx.insert(campaignQuestions).values(
      questions.map(({ words, options }, position) => ({
        words,
        options: options.map((option, at) => ({ number: at + 1, words: option })),
        campaignId,
        position,
      })),
    )
  }
  if (logo) {
    const hash = createHash('sha256').update(logo.bytes).digest()
    await tx.insert(campaignLogos).values({ ...logo, hash, campaignId })
  }
}

/** @returns its id */
export async function insertCampaign(
  tx: Tx,
  keys: Keys,
  { texts, ...settings }: CampaignSettings & { organizationId: number; texts: NewText[] },
): Promise<number> {
  const locales = texts.map(({ locale }) => locale)
  const [made] = await tx
    .insert(campaigns)
    .values({ ...settings, locales })
    .returning({ id: campaigns.id })
  if (!made) throw new Error('no campaign was made')
  await insertDigestKey(tx, keys, { campaignId: made.id, slug: settings.slug })
  await tx.insert(pledgeTexts).values(texts.map((text) => firstVersion(made.id, text)))
  await announceCampaigns(tx)
  return made.id
}

function firstVersion(campaignId: number, text: NewText): typeof pledgeTexts.$inferInsert {
  return { ...text, campaignId, version: 1, textHash: textHash(text) }
}

/** SHA-256 over title, body and reason, each ended by a NUL, so that anybody can check what was signed. */
export function textHash({ title, body, reason }: Omit<NewText, 'locale'>): Buffer {
  return createHash('sha256').update(`${title}\0${body}\0${reason}\0`).digest()
}
