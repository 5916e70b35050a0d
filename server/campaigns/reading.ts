import type { KeyObject } from 'node:crypto'
import { asc, desc, eq, isNull, sql } from 'drizzle-orm'
import type { OrganizationKey } from '../contacts/key.ts'
import type { DbOrTx } from '../db/db.ts'
import {
  campaignClauses,
  campaignKeys,
  campaignLogos,
  campaignPartners,
  campaignQuestions,
  campaigns,
  campaignTargets,
  organizationKeys,
  organizations,
  pledgeTexts,
  sources,
} from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import type { SwitchName } from '../switches/contract.ts'
import { readSwitches, switchesOf } from '../switches/switches.ts'
import { openDigestKey } from './digest-key.ts'

export type PledgeText = typeof pledgeTexts.$inferSelect

/** What a text says in the locales of its campaign; where one is missing, readers of it are shown the campaign's own. */
export type Localized = Record<string, string>

export type Target = Pick<typeof campaignTargets.$inferSelect, 'id' | 'name' | 'reason' | 'sourceUrl'>
export type Clause = Pick<typeof campaignClauses.$inferSelect, 'id' | 'words'>
export type Question = Pick<typeof campaignQuestions.$inferSelect, 'id' | 'words' | 'options'>

export interface Logo {
  type: (typeof campaignLogos.$inferSelect)['type']
  /** SHA-256 of its bytes, in hex. */
  hash: string
}

/** An organization that carries a campaign, with all its keys for contacts. */
export interface Carrier {
  organizationId: number
  slug: string
  name: string
  keys: OrganizationKey[]
}

/**
 * A campaign with what nearly every use of it needs: its key opened, its host, its newest wording in each locale, and
 * what else a signer is shown.
 */
export type Campaign = typeof campaigns.$inferSelect & {
  digestKey: KeyObject
  organization: { name: string; url: string | null }
  /** Never empty; the first locale is the campaign's own. */
  texts: PledgeText[]
  targets: Target[]
  /** Those that can be promised now, as with the questions: what was retired is left out. */
  clauses: Clause[]
  questions: Question[]
  logo?: Logo
  /** The codes that are kept with a pledge. */
  sources: ReadonlySet<string>
  /** Kill switches that are on for it. */
  switches: ReadonlySet<SwitchName>
  /** The host first. */
  carriers: Carrier[]
}

/** Campaigns first and what they say after them: whoever sees one open sees no wording from before it opened. */
export async function readCampaigns(db: DbOrTx, keys: Keys): Promise<Campaign[]> {
  const rows = await db
    .select()
    .from(campaigns)
    .innerJoin(organizations, eq(organizations.id, campaigns.organizationId))
    .leftJoin(campaignKeys, eq(campaignKeys.campaignId, campaigns.id))
  const said = await readAllSaid(db)
  const switches = await readSwitches(db)
  return rows.map(({ campaigns: campaign, campaign_keys: key, organizations: { name, url } }) => ({
    ...campaign,
    digestKey: openDigestKey(keys, campaign.slug, key?.digestKey),
    organization: { name, url },
    ...saidIn(said, campaign),
    switches: switchesOf(switches, campaign),
  }))
}

/** One as it is now, whatever this process has seen. @throws Refusal `not-found` where it was deleted meanwhile */
export async function readCampaign(db: DbOrTx, keys: Keys, id: number): Promise<Campaign> {
  const found = (await readCampaigns(db, keys)).find((campaign) => campaign.id === id)
  if (!found) throw new Refusal('not-found', 'This campaign was deleted meanwhile.')
  return found
}

async function readAllSaid(db: DbOrTx) {
  return {
    texts: await db
      .selectDistinctOn([pledgeTexts.campaignId, pledgeTexts.locale])
      .from(pledgeTexts)
      .orderBy(pledgeTexts.campaignId, pledgeTexts.locale, desc(pledgeTexts.version)),
    targets: await db.select().from(campaignTargets).orderBy(asc(campaignTargets.position)),
    clauses: await db
      .select()
      .from(campaignClauses)
      .where(isNull(campaignClauses.retiredAt))
      .orderBy(asc(campaignClauses.position)),
    questions: await db
      .select()
      .from(campaignQuestions)
      .where(isNull(campaignQuestions.retiredAt))
      .orderBy(asc(campaignQuestions.position)),
    logos: await db
      .select({ campaignId: campaignLogos.campaignId, type: campaignLogos.type, hash: campaignLogos.hash })
      .from(campaignLogos),
    carriers: await db
      .select({
        campaignId: campaigns.id,
        organizationId: organizations.id,
        slug: organizations.slug,
        name: organizations.name,
      })
      .from(campaigns)
      .leftJoin(campaignPartners, eq(campaignPartners.campaignId, campaigns.id))
      .innerJoin(
        organizations,
        sql`${organizations.id} in (${campaigns.organizationId}, ${campaignPartners.organizationId})`,
      )
      .groupBy(campaigns.id, organizations.id)
      .orderBy(sql`${organizations.id} = ${campaigns.organizationId} desc`, asc(organizations.name)),
    keys: await db.select().from(organizationKeys),
    sources: await db
      .select({ campaignId: sources.campaignId, code: sources.code })
      .from(sources)
      .where(isNull(sources.retiredAt)),
  }
}

type Said = Awaited<ReturnType<typeof readAllSaid>>

function saidIn(said: Said, { id, locales }: Pick<Campaign, 'id' | 'locales'>) {
  const ofThis = ({ campaignId }: { campaignId: number }) => campaignId === id
  const texts = said.texts.filter(ofThis)
  const logo = said.logos.find(ofThis)
  return {
    texts: locales.flatMap((locale) => texts.find((text) => text.locale === locale) ?? []),
    targets: said.targets
      .filter(ofThis)
      .map(({ id, name, reason, sourceUrl }) => ({ id, name, reason, sourceUrl })),
    clauses: said.clauses.filter(ofThis).map(({ id, words }) => ({ id, words })),
    questions: said.questions.filter(ofThis).map(({ id, words, options }) => ({ id, words, options })),
    carriers: said.carriers.filter(ofThis).map(({ organizationId, slug, name }) => ({
      organizationId,
      slug,
      name,
      keys: said.keys.filter((key) => key.organizationId === organizationId).map(keyOf),
    })),
    sources: new Set(said.sources.filter(ofThis).map(({ code }) => code)),
    ...(logo && { logo: { type: logo.type, hash: logo.hash.toString('hex') } }),
  }
}

function keyOf({ fingerprint, publicKey, replaces, takesEffectAt }: OrganizationKey): OrganizationKey {
  return { fingerprint, publicKey, replaces, takesEffectAt }
}
