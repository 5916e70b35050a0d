import { and, eq, isNull, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { organizations, sources } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { lockCoalition } from './coalition-lock.ts'
import type { NewSource, Source, SourceFigures, Sources } from './contract.ts'
import { type Allowed, campusFigures, exactFigures, partnerFigures } from './figures.ts'
import { type SourceCount, sourceCounts } from './source-counts.ts'

/**
 * How many sources an organization may register in a campaign, those it removed included: enough for every chapter and
 * poster of a host, and for a partner far too few to give one to each person it would like to watch.
 */
const MOST_OF_HOST = 200
const MOST_OF_PARTNER = 30

/** All of the campaign for its host, with exact figures; a partner's own for a partner. */
export async function showSources(deps: Deps, member: CampaignMember): Promise<Sources> {
  const { campaign, organization, isPartner } = member
  const counts = await sourceCounts(deps, campaign)
  const rows = await registered(deps.db, campaign.id)
  const own = rows.filter((row) => row.organizationId === organization.id)
  const shown = (isPartner ? own : rows).filter(({ retiredAt }) => !retiredAt)
  const confirmed = (code: string | null) => counts.bySource.get(code)?.confirmed ?? 0
  const sum = (codes: (string | null)[]) => codes.reduce((total, code) => total + confirmed(code), 0)
  return {
    sources: shown.map((row): Source => {
      const count = counts.bySource.get(row.code)
      const allowed = { smallestShown: campaign.smallestShown, since: row.registeredAt, until: counts.at }
      const figures = isPartner ? allowedFigures(deps, count, allowed) : exactFigures(count)
      const { code, name, organizationId } = row
      const isOwn = organizationId === organization.id
      return { code, name, organization: row.organization, isOwn, ...(figures && { figures }) }
    }),
    smallestShown: campaign.smallestShown,
    left: mostOf(member) - own.length,
    ...(!isPartner && { without: sum([...counts.bySource.keys()]) - sum(shown.map(({ code }) => code)) }),
    asOf: counts.at.toISOString(),
  }
}

/** Campuses only of a source that has figures at all. */
function allowedFigures(
  { campuses }: Deps,
  count: SourceCount | undefined,
  allowed: Allowed,
): SourceFigures | undefined {
  const figures = partnerFigures(count, allowed)
  return count && figures && { ...figures, ...campusFigures(count, { ...allowed, campuses }) }
}

function mostOf({ isPartner }: CampaignMember): number {
  return isPartner ? MOST_OF_PARTNER : MOST_OF_HOST
}

async function registered(db: DbOrTx, campaignId: number) {
  return await db
    .select({
      code: sources.code,
      name: sources.name,
      organizationId: sources.organizationId,
      registeredAt: sources.registeredAt,
      retiredAt: sources.retiredAt,
      organization: { slug: organizations.slug, name: organizations.name },
    })
    .from(sources)
    .innerJoin(organizations, eq(organizations.id, sources.organizationId))
    .where(eq(sources.campaignId, campaignId))
    .orderBy(organizations.name, sources.name, sources.code)
}

/**
 * Registers a source of the organization that asks. A code that it removed comes back with the pledges it brought.
 * @throws Refusal `source-taken`, `sources-full`
 */
export async function registerSource(
  { db, now }: Deps,
  member: CampaignMember,
  { code, name }: NewSource,
): Promise<void> {
  const { campaign, organization } = member
  await transaction(db, async (tx) => {
    await lockCoalition(tx, campaign.id)
    const source = { code, name: name.trim() }
    const added = await addSources(tx, { ...ofOrganization(member), at: now() }, [source])
    if (added === 0) {
      throw new Refusal('source-taken', `“${code}” is taken in this campaign. Choose another code.`, {
        field: 'code',
      })
    }
    if ((await ownSources(tx, member)) > mostOf(member)) {
      const detail = `${organization.name} has registered ${mostOf(member)} sources, removed ones included, and that is the limit. Use one that you have.`
      throw new Refusal('sources-full', detail)
    }
    await writeDown(tx, {
      at: now(),
      by: member,
      action: 'source.register',
      ...ofOrganization(member),
      details: source,
    })
  })
}

interface Registering {
  campaignId: number
  organizationId: number
  at: Date
}

/** Registers codes that are free, or that this organization removed, and leaves out all others. @returns how many it did */
export async function addSources(
  tx: DbOrTx,
  { campaignId, organizationId, at }: Registering,
  added: NewSource[],
): Promise<number> {
  if (added.length === 0) return 0
  const done = await tx
    .insert(sources)
    .values(added.map((source) => ({ ...source, campaignId, organizationId, registeredAt: at })))
    .onConflictDoUpdate({
      target: [sources.campaignId, sources.code],
      set: { retiredAt: null, name: sql`excluded.name` },
      setWhere: sql`${sources.organizationId} = ${organizationId} and ${sources.retiredAt} is not null`,
    })
    .returning({ code: sources.code })
  await announceCampaigns(tx)
  return done.length
}

async function ownSources(tx: Tx, { campaign, organization }: CampaignMember): Promise<number> {
  return await tx.$count(
    sources,
    and(eq(sources.campaignId, campaign.id), eq(sources.organizationId, organization.id)),
  )
}

/**
 * Takes a source off the list, whether it brought pledges or not: to refuse the one and not the other would tell a
 * partner of the very first. The host may remove any, a partner its own. @throws Refusal `not-found`
 */
export async function removeSource({ db, now }: Deps, member: CampaignMember, code: string): Promise<void> {
  const { campaign, organization, isPartner } = member
  const isTheirs = isPartner ? eq(sources.organizationId, organization.id) : undefined
  await transaction(db, async (tx) => {
    const removed = await tx
      .update(sources)
      .set({ retiredAt: now() })
      .where(
        and(eq(sources.campaignId, campaign.id), eq(sources.code, code), isNull(sources.retiredAt), isTheirs),
      )
      .returning({ code: sources.code })
    if (removed.length === 0)
      throw new Refusal('not-found', 'There is no such source, or it was removed already.')
    await announceCampaigns(tx)
    await writeDown(tx, {
      at: now(),
      by: member,
      action: 'source.remove',
      ...ofOrganization(member),
      details: { code },
    })
  })
}

function ofOrganization({ campaign, organization }: CampaignMember) {
  return { campaignId: campaign.id, organizationId: organization.id }
}
