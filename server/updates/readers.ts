import { type SQL, sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { DbOrTx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import { sharedReading, type SharedReading } from '../db/shared-reading.ts'
import type { Deps } from '../deps.ts'
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

/** Exact: for members of the host. */
export async function showReaders(
  { campuses }: Deps,
  readers: ReadersByCampus,
  { id }: Campaign,
): Promise<Readers> {
  const counted = await readers.of(id)
  const named = [...counted].flatMap(([campusId, count]) => {
    const campus = campuses.byId(campusId)
    return campus ? [{ campus: campus.domain, name: campus.name, readers: count }] : []
  })
  return {
    all: [...counted.values()].reduce((sum, count) => sum + count, 0),
    campuses: named.sort((a, b) => b.readers - a.readers || a.name.localeCompare(b.name, 'en')),
  }
}
