import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import { transaction, type Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { exclusions, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { type CampaignMember, requireFresh } from '../organizers/actor.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import { Refusal } from '../refusal.ts'
import type { Exclusion, Exclusions, KeptRule, NewExclusion, Rule } from './contract.ts'
import { alwaysNeedsFresh, requireFreshForMany } from './fresh-for-many.ts'
import { heldBy } from './held.ts'
import { groupsOf, meantBy, totalOf } from './meant.ts'
import { sealPattern } from './name-patterns.ts'
import { openPreview } from './preview.ts'
import { detailOf } from './rules.ts'

export type ExclusionRow = typeof exclusions.$inferSelect

/** As it stands in the database; `sealedName` is there only while it is being applied. */
export type StoredRule = KeptRule & { before: string; sealedName?: string }

/**
 * Writes an exclusion down, and the job that carries it out. Of the same preview only the first makes one.
 * @throws Refusal `preview-outdated` where more match by now, `nothing-matches`, `invalid-request`, `passkey-needed`, and
 * what a preview refuses
 */
export async function applyExclusion(
  deps: Deps,
  by: CampaignMember,
  { rule, note = '', preview }: NewExclusion,
): Promise<Exclusion> {
  const { campaign } = by
  const { at: upTo, count } = openPreview(deps, campaign, rule, preview)
  const known = await foundAgain(deps, campaign, rule, upTo)
  if (known) return known
  await detailOf(deps, campaign, rule, deps.now())
  const meant = meantBy(deps, campaign, rule, upTo)
  const found = totalOf(await groupsOf(deps, meant))
  if (!meant.isNamed) requireAsPreviewed(found, count)
  if (alwaysNeedsFresh(rule)) requireFresh(by, deps.now())
  const id = await transaction(deps.db, async (tx) => {
    // One at a time for each campaign, so that a request that is sent twice finds the first.
    await tx.execute(sql`select from campaigns where id = ${campaign.id} for no key update`)
    const first = await sameIn(tx, campaign, rule, upTo)
    if (first) return first.id
    await requireFreshForMany(tx, deps, by, found)
    return await write(tx, deps, by, { rule, note, upTo, found })
  })
  return await showExclusion(deps, campaign, id)
}

function requireAsPreviewed(found: number, shown: number): void {
  if (found === 0) throw new Refusal('nothing-matches', 'No pledge matches any more. Nothing was taken out.')
  if (found <= shown) return
  const detail =
    'More pledges match by now than the preview counted. Nothing was taken out. Look at a new preview first.'
  throw new Refusal('preview-outdated', detail)
}

interface Applied {
  rule: Rule
  note: string
  upTo: Date
  found: number
}

async function write(tx: Tx, deps: Deps, by: CampaignMember, applied: Applied): Promise<number> {
  const { campaign } = by
  const { note, found } = applied
  const kept = keptRule(applied.rule, applied.upTo)
  const sealedName = applied.rule.name && sealPattern(deps.keys, campaign.id, applied.rule.name)
  const at = deps.now()
  const [made] = await tx
    .insert(exclusions)
    .values({
      campaignId: campaign.id,
      rule: { ...kept, ...(sealedName && { sealedName }) },
      note,
      state: 'applying',
      found,
      madeBy: by.organizerId,
      madeAt: at,
    })
    .returning({ id: exclusions.id })
  if (!made) throw new Error('no exclusion was made')
  const details = { exclusion: made.id, rule: kept, ...(!kept.hasName && { found }) }
  await writeDown(tx, {
    at,
    by,
    action: 'exclusion.apply',
    campaignId: campaign.id,
    organizationId: campaign.organizationId,
    details,
  })
  await addJobs(tx, [exclusionJob(made.id)])
  return made.id
}

export function exclusionJob(exclusion: number) {
  return { task: 'exclusion', key: `exclusion ${exclusion}`, payload: { exclusion } }
}

function keptRule({ name, ...criteria }: Rule, upTo: Date): StoredRule {
  return { ...criteria, before: upTo.toISOString(), ...(name !== undefined && { hasName: true }) }
}

async function foundAgain(deps: Deps, campaign: Campaign, rule: Rule, upTo: Date) {
  const same = await sameIn(deps.db, campaign, rule, upTo)
  return same && (await showExclusion(deps, campaign, same.id))
}

/** The exclusion of the same rule and preview: to a millisecond, a preview is one. */
async function sameIn(db: Deps['db'] | Tx, { id }: Campaign, rule: Rule, upTo: Date) {
  const [same] = await db
    .select({ id: exclusions.id })
    .from(exclusions)
    .where(
      and(
        eq(exclusions.campaignId, id),
        sql`${exclusions.rule} - 'sealedName' = ${JSON.stringify(keptRule(rule, upTo))}::jsonb`,
      ),
    )
  return same
}

/**
 * Begins to give back all that an exclusion holds, also while it is still being applied. Asking again changes nothing.
 * @throws Refusal `not-found`, `already-undone`, `passkey-needed`
 */
export async function undoExclusion(deps: Deps, by: CampaignMember, id: number): Promise<Exclusion> {
  const { campaign } = by
  await transaction(deps.db, async (tx) => {
    const row = await lockExclusion(tx, campaign, id)
    if (row.state === 'undoing') return
    if (row.state === 'undone') throw new Refusal('already-undone', 'This exclusion was undone already.')
    const { rows } = await tx.execute<{ held: number }>(
      sql`select count(*)::int as held from pledges where exclusion_id = ${id}`,
    )
    const held = rows[0]?.held ?? 0
    if (row.rule.hasName) requireFresh(by, deps.now())
    else await requireFreshForMany(tx, deps, by, held)
    await tx
      .update(exclusions)
      .set({ state: 'undoing', found: held, moved: 0, endedAt: null, rule: withoutName(row) })
      .where(eq(exclusions.id, id))
    const details = { exclusion: id, ...(!row.rule.hasName && { held }) }
    await writeDown(tx, {
      at: deps.now(),
      by,
      action: 'exclusion.undo',
      campaignId: campaign.id,
      organizationId: campaign.organizationId,
      details,
    })
    await addJobs(tx, [exclusionJob(id)])
  })
  return await showExclusion(deps, campaign, id)
}

/**
 * Says of a hold that it stays: what it is about was looked at. Saying so again changes nothing.
 * @throws Refusal `not-found`, `already-undone`
 */
export async function keepHold(deps: Deps, by: CampaignMember, id: number): Promise<Exclusion> {
  const { campaign, organizerId } = by
  await transaction(deps.db, async (tx) => {
    const row = await lockExclusion(tx, campaign, id)
    if (row.reason === null || row.madeBy !== null) return
    if (row.state !== 'applied') throw new Refusal('already-undone', 'These pledges count again already.')
    await tx.update(exclusions).set({ madeBy: organizerId }).where(eq(exclusions.id, id))
    await writeDown(tx, {
      at: deps.now(),
      by,
      action: 'exclusion.keep',
      campaignId: campaign.id,
      organizationId: campaign.organizationId,
      details: { exclusion: id },
    })
  })
  return await showExclusion(deps, campaign, id)
}

/** The rule as it is kept for good. */
export function withoutName({ rule }: Pick<ExclusionRow, 'rule'>): Record<string, unknown> {
  const { sealedName: _, ...kept } = rule
  return kept
}

async function lockExclusion(tx: Tx, { id: campaignId }: Campaign, id: number): Promise<ExclusionRow> {
  const [row] = await tx
    .select()
    .from(exclusions)
    .where(and(eq(exclusions.campaignId, campaignId), eq(exclusions.id, id)))
    .for('update')
  return row ?? missing()
}

export async function listExclusions(deps: Deps, { id }: Campaign): Promise<Exclusions> {
  const rows = await deps.db
    .select()
    .from(exclusions)
    .where(eq(exclusions.campaignId, id))
    .orderBy(desc(exclusions.id))
  return { exclusions: await shown(deps, rows) }
}

async function showExclusion(deps: Deps, { id: campaignId }: Campaign, id: number): Promise<Exclusion> {
  const rows = await deps.db
    .select()
    .from(exclusions)
    .where(and(eq(exclusions.campaignId, campaignId), eq(exclusions.id, id)))
  const [one] = await shown(deps, rows)
  return one ?? missing()
}

async function shown(deps: Deps, rows: ExclusionRow[]): Promise<Exclusion[]> {
  const names = await namesOf(deps, rows)
  const held = await heldBy(deps.db, rows)
  return rows.map(({ id, rule, note, state, found, moved, madeBy, madeAt, endedAt }) => ({
    id,
    rule: withoutName({ rule }) as KeptRule,
    note,
    state,
    // How many have a name is told to nobody: it would tell of one person whether theirs is among them.
    ...(!rule.hasName && { found, moved }),
    ...(madeBy !== null && { madeBy: names.get(madeBy) ?? 'An organizer who has left' }),
    madeAt: madeAt.toISOString(),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    ...held.get(id),
  }))
}

async function namesOf({ db, keys }: Deps, rows: ExclusionRow[]): Promise<Map<number, string>> {
  const ids = rows.flatMap(({ madeBy }) => madeBy ?? [])
  const makers = await db.select().from(organizers).where(inArray(organizers.id, ids))
  return new Map(
    makers.map((maker) => {
      const { email, name } = openOrganizer(keys, maker)
      return [maker.id, name ?? email]
    }),
  )
}

function missing(): never {
  throw new Refusal('not-found', 'There is no such exclusion in this campaign.')
}
