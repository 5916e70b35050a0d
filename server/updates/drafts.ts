import { and, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { AuditAction } from '../audit/contract.ts'
import { transaction, type Tx } from '../db/db.ts'
import { updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { chosenCampus } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { NewUpdate, Update, UpdateChange } from './contract.ts'
import { missing, namesOf, showUpdate, type UpdateRow } from './showing.ts'

/** Sooner than this, what one organizer goes on typing is not written down a second time. */
const NOTED_AGAIN_MS = 15 * 60_000

/** @throws Refusal `campus-not-known` */
export async function writeUpdate(deps: Deps, by: CampaignMember, typed: NewUpdate): Promise<Update> {
  const at = deps.now()
  const id = await transaction(deps.db, async (tx) => {
    const [made] = await tx
      .insert(updates)
      .values({
        campaignId: by.campaign.id,
        ...contentOf(deps, typed),
        state: 'draft',
        madeBy: by.organizerId,
        madeAt: at,
        changedBy: by.organizerId,
        notedAt: at,
      })
      .returning({ id: updates.id })
    if (!made) throw new Error('no update was made')
    await note(tx, at, by, 'update.write', { update: made.id })
    return made.id
  })
  return await showUpdate(deps, by.campaign, id)
}

/**
 * Keeps what was typed, as it is: drafts are saved while they are written. Whoever comes second is refused, and nothing
 * is overwritten.
 * @throws Refusal `changed-meanwhile`, `wrong-stage`, `campus-not-known`
 */
export async function changeUpdate(
  deps: Deps,
  by: CampaignMember,
  id: number,
  { revision, ...typed }: UpdateChange,
): Promise<Update> {
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    const row = await lockUpdate(tx, by, id)
    await requireAsRead(deps, row, by, revision)
    if (row.state !== 'draft')
      throw new Refusal('wrong-stage', 'It is on its way, and can no longer be changed.')
    const isNews = row.changedBy !== by.organizerId || at.getTime() - row.notedAt.getTime() > NOTED_AGAIN_MS
    await tx
      .update(updates)
      .set({
        ...contentOf(deps, typed),
        changedBy: by.organizerId,
        revision: sql`${updates.revision} + 1`,
        ...(isNews && { notedAt: at }),
      })
      .where(eq(updates.id, id))
    if (isNews) await note(tx, at, by, 'update.change', { update: id })
  })
  return await showUpdate(deps, by.campaign, id)
}

/** @throws Refusal `wrong-stage` */
export async function deleteUpdate(deps: Deps, by: CampaignMember, id: number): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const row = await lockUpdate(tx, by, id)
    if (row.state !== 'draft') throw new Refusal('wrong-stage', 'Only a draft can be deleted.')
    await tx.delete(updates).where(eq(updates.id, id))
    await note(tx, deps.now(), by, 'update.delete', { update: id })
  })
}

/** @throws Refusal `not-found` */
export async function lockUpdate(tx: Tx, { campaign }: CampaignMember, id: number): Promise<UpdateRow> {
  const [row] = await tx
    .select()
    .from(updates)
    .where(and(eq(updates.campaignId, campaign.id), eq(updates.id, id)))
    .for('update')
  return row ?? missing()
}

/** @throws Refusal `changed-meanwhile` */
export async function requireAsRead(
  deps: Deps,
  row: UpdateRow,
  by: CampaignMember,
  revision: number,
): Promise<void> {
  if (row.revision === revision) return
  const names = row.changedBy === by.organizerId ? undefined : await namesOf(deps, [row.changedBy])
  const who = names ? (names.get(row.changedBy) ?? 'Somebody') : 'You yourself, in another window,'
  throw new Refusal(
    'changed-meanwhile',
    `${who} changed this update after you opened it. Nothing was overwritten, and what you typed is still here.`,
  )
}

export async function note(
  tx: Tx,
  at: Date,
  by: CampaignMember | null,
  action: AuditAction,
  { campaignId, ...details }: { update: number; campaignId?: number } & Record<string, unknown>,
): Promise<void> {
  const id = campaignId ?? by?.campaign.id
  await writeDown(tx, { at, by, action, ...(id !== undefined && { campaignId: id }), details })
}

function contentOf(deps: Deps, { words, campuses }: NewUpdate): Pick<UpdateRow, 'words' | 'campuses'> {
  const ids = campuses?.map((domain) => chosenCampus(deps.campuses, domain).id)
  return { words, campuses: ids ? [...new Set(ids)] : null }
}
