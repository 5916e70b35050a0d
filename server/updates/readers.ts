import { type SQL, sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { safeGroupSize } from '../campaigns/group-size.ts'
import type { DbOrTx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import { sharedReading, type SharedReading } from '../db/shared-reading.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Readers } from './contract.ts'

/** Whom a letter to many is for; null: whatever campus they have, or none. */
export interface Audience {
  campaignId: number
  campuses: number[] | null
}

/** A condition on `pledges`: confirmed, asked to be written to, and its address kept. */
export function isReader({ campaignId, campuses }: Audience): SQL {
  const ofCampus = campuses ? sql`and campus_id = any (${sql.param(campuses)}::int[])` : sql``
  return sql`
    campaign_id = ${campaignId} and state = 'confirmed' and wants_updates and contact is not null ${ofCampus}`
}

export async function countReaders(db: DbOrTx, audience: Audience): Promise<number> {
  const { rows } = await db.execute<{ readers: number }>(
    sql`select count(*)::int as readers from pledges where ${isReader(audience)}`,
  )
  return rows[0]?.readers ?? 0
}

/** Readers by campus, `NO_CAMPUS` too. */
export type ReadersByCampus = SharedReading<Map<number, number>>

/** Counting looks through all pledges, and an editor asks often. */
const TIMES_ITS_COST = 20

export function openReaders({ db }: Pick<Deps, 'db'>): ReadersByCampus {
  return sharedReading(
    async (campaignId) => {
      const { rows } = await db.execute<{ campus: number; readers: number }>(sql`
        select coalesce(campus_id, ${NO_CAMPUS}) as campus, count(*)::int as readers
        from pledges where ${isReader({ campaignId, campuses: null })} group by 1`)
      return new Map(rows.map(({ campus, readers }) => [campus, readers]))
    },
    (took) => TIMES_ITS_COST * took,
  )
}

type Sized = Pick<Campaign, 'smallestShown'>

/** How many readers a campus has, rounded down. Undefined below `safeGroupSize`, also where there is nobody. */
function shownReaders(readers: number, campaign: Sized): number | undefined {
  return readers < safeGroupSize(campaign) ? undefined : readers - (readers % campaign.smallestShown)
}

/** Each campus is rounded by itself: beside a large one, a small one adds nothing that tells how many it has. */
export function shownReadersOfSome(counts: number[], campaign: Sized): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const least = safeGroupSize(campaign)
  if (total < least) return undefined
  const shown = counts.reduce((sum, count) => sum + (shownReaders(count, campaign) ?? 0), 0)
  return Math.max(least, shown)
}

/** For members of the host. */
export async function showReaders(
  { campuses }: Deps,
  readers: ReadersByCampus,
  campaign: Campaign,
): Promise<Readers> {
  const counted = await readers.of(campaign.id)
  const named = [...counted].flatMap(([campusId, count]) => {
    const campus = campuses.byId(campusId)
    const shown = shownReaders(count, campaign)
    return campus && shown ? [{ campus: campus.domain, name: campus.name, readers: shown }] : []
  })
  return {
    all: [...counted.values()].reduce((sum, count) => sum + count, 0),
    campuses: named.sort((a, b) => b.readers - a.readers || a.name.localeCompare(b.name, 'en')),
  }
}

/**
 * A link that only some of the readers get shows where on the internet they are: a few of them would be persons. To all
 * of a campaign an update may go, however few they are.
 */
export function hasAudience(
  readers: number,
  { campuses }: Pick<Audience, 'campuses'>,
  campaign: Sized,
): boolean {
  return campuses === null || readers >= safeGroupSize(campaign)
}

/** @throws Refusal `too-few` */
export function requireAudience(
  readers: number,
  audience: Pick<Audience, 'campuses'>,
  campaign: Sized,
): void {
  if (hasAudience(readers, audience, campaign)) return
  const detail = `Fewer than ${safeGroupSize(campaign)} signers of these campuses asked to be written to. Choose more campuses, or write to all.`
  throw new Refusal('too-few', detail, { field: 'campuses' })
}
