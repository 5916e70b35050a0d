import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { milestoneWishes, organizers, updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { updateLetters, type UpdateLetters } from '../mail/update-letters.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import { Refusal } from '../refusal.ts'
import type { Update, Updates } from './contract.ts'

export type UpdateRow = typeof updates.$inferSelect

export async function listUpdates(deps: Deps, { id, locales }: Campaign): Promise<Updates> {
  const rows = await deps.db
    .select()
    .from(updates)
    .where(eq(updates.campaignId, id))
    .orderBy(desc(updates.id))
  const wishes = await deps.db.select().from(milestoneWishes).where(eq(milestoneWishes.campaignId, id))
  return { updates: await shown(deps, rows), locales: [...locales], milestones: wishes.length > 0 }
}

/** @throws Refusal `not-found` */
export async function showUpdate(deps: Deps, campaign: Campaign, id: number): Promise<Update> {
  const [one] = await shown(deps, [await findUpdate(deps, campaign, id)])
  return one ?? missing()
}

/** @throws Refusal `not-found` */
export async function findUpdate({ db }: Deps, { id: campaignId }: Campaign, id: number): Promise<UpdateRow> {
  const [row] = await db
    .select()
    .from(updates)
    .where(and(eq(updates.campaignId, campaignId), eq(updates.id, id)))
  return row ?? missing()
}

export function missing(): never {
  throw new Refusal('not-found', 'There is no such update in this campaign.')
}

async function shown(deps: Deps, rows: UpdateRow[]): Promise<Update[]> {
  const names = await namesOf(
    deps,
    rows.map(({ madeBy }) => madeBy),
  )
  const underWay = rows.filter(({ state }) => state === 'sending' || state === 'paused')
  const letters = await updateLetters(
    deps.db,
    underWay.map(({ id }) => id),
  )
  return rows.map((row) => ({
    ...inOutline(deps, row),
    ...standing(row, letters.get(row.id)),
    madeBy: names.get(row.madeBy) ?? 'An organizer who has left',
  }))
}

export async function namesOf({ db, keys }: Deps, ids: number[]): Promise<Map<number, string>> {
  const rows = await db.select().from(organizers).where(inArray(organizers.id, ids))
  return new Map(
    rows.map((row) => {
      const { email, name } = openOrganizer(keys, row)
      return [row.id, name ?? email]
    }),
  )
}

function inOutline(deps: Deps, row: UpdateRow) {
  const { id, words, revision, scheduledAt, startedAt, endedAt, found, written, late, madeAt } = row
  const campuses = row.campuses?.flatMap((campusId) => deps.campuses.byId(campusId)?.domain ?? [])
  return {
    id,
    words,
    ...(campuses && { campuses }),
    revision,
    ...(scheduledAt && { scheduledAt: scheduledAt.toISOString() }),
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    found,
    written: written + late,
    late,
    madeAt: madeAt.toISOString(),
  }
}

/** While it is under way the ledger tells; once its last letter has left, it is sent. */
function standing(
  row: UpdateRow,
  letters?: UpdateLetters,
): Pick<Update, 'waiting' | 'sent' | 'refused' | 'state'> {
  const { state, spreadAt, sent, refused } = row
  const counted = letters ?? { waiting: 0, sent, refused }
  const isOver = state === 'sending' && spreadAt !== null && counted.waiting === 0
  return { ...counted, state: isOver ? 'sent' : state }
}
