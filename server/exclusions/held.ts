import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Exclusion } from './contract.ts'
import type { ExclusionRow } from './exclusion.ts'

type Shown = Pick<Exclusion, 'held'> & Partial<Pick<Exclusion, 'found' | 'moved'>>

/** What is said of holds besides: why, in numbers, and how many pledges they hold now. */
export async function heldBy(db: Db, rows: ExclusionRow[]): Promise<Map<number, Shown>> {
  const holds = rows.filter(({ reason }) => reason !== null)
  if (holds.length === 0) return new Map()
  const ids = sql.join(
    holds.map(({ id }) => sql`${id}`),
    sql`, `,
  )
  const { rows: counted } = await db.execute<{ id: number; domain: string | null; pledges: number }>(sql`
    select hold.id, known.domain, (select count(*)::int from pledges where exclusion_id = hold.id) as pledges
    from exclusions hold
    left join mail_domains known on known.campaign_id = hold.campaign_id and known.domain_digest = hold.subject
    where hold.id in (${ids})`)
  const byId = new Map(counted.map((row) => [row.id, row]))
  return new Map(holds.map((row) => [row.id, shownHold(row, byId.get(row.id))]))
}

function shownHold(
  { reason, seen, state }: ExclusionRow,
  counted: { domain: string | null; pledges: number } | undefined,
): Shown {
  const pledges = counted?.pledges ?? 0
  return {
    ...(reason && { held: { reason, ...(counted?.domain && { name: counted.domain }), ...seen } }),
    ...(state === 'applied' && { found: pledges, moved: pledges }),
  }
}
