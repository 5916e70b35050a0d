import { type SQL, sql } from 'drizzle-orm'
import type { Cell, Column } from '../../spreadsheets/cell.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Snapshot } from '../db/snapshot.ts'
import type { Campuses } from '../campuses/campus.ts'
import type { TotalsBy } from './contract.ts'
import { CONFIRMED_DAY, counted } from './listed.ts'
import { NO_CAMPUS_NAME, NONE } from './pledge-list.ts'
import type { Line } from './table.ts'

const confirmed: Column = { key: 'confirmed', header: 'Confirmed', type: 'number' }
const organization: Column = { key: 'organization', header: 'Organization', type: 'text' }

export const totalsColumns: Record<TotalsBy, Column[]> = {
  campus: [
    { key: 'campus', header: 'Campus', type: 'text' },
    { key: 'domain', header: 'Campus domain', type: 'text' },
    confirmed,
  ],
  day: [{ key: 'day', header: 'Day', type: 'day' }, confirmed],
  source: [
    { key: 'source', header: 'Source', type: 'text' },
    { key: 'name', header: 'Name', type: 'text' },
    organization,
    confirmed,
  ],
  organization: [organization, confirmed],
}

/** What names a registered source, for organizers and on posters. */
export interface Source {
  code: string
  name: string
  organization: string
}

export async function sourcesOf(snapshot: Snapshot, { id }: Campaign): Promise<Map<string, Source>> {
  const rows = await snapshot.all<Source & Record<string, unknown>>(sql`
    select code, sources.name, organizations.name as organization
    from sources join organizations on organizations.id = organization_id where campaign_id = ${id}`)
  return new Map(rows.map((row) => [row.code, row]))
}

/** Figures that are exact, whether they are small or not: not to be published. */
export async function exactLines(
  snapshot: Snapshot,
  { campaign, campuses, by }: { campaign: Campaign; campuses: Campuses; by: TotalsBy },
): Promise<Line[]> {
  const sources = await sourcesOf(snapshot, campaign)
  const rows = await snapshot.all<{ value: string | null; people: number }>(sql`
    select ${valueOf[by]} as value, count(*)::int as people
    from pledges left join (
      select code, organizations.name as organization from sources join organizations on organizations.id = organization_id
      where campaign_id = ${campaign.id}) as registered on registered.code = source
    where ${counted(campaign)} group by 1 order by ${by === 'day' ? sql`1` : sql`2 desc, 1`}`)
  const label = (value: string | null): Cell[] =>
    by === 'campus' ? campusCells(campuses, value) : labelOf(by, value, sources)
  return rows.map(({ value, people }) => ({ cells: [...label(value), people], times: 1 }))
}

const valueOf: Record<TotalsBy, SQL> = {
  campus: sql`campus_id::text`,
  day: sql`${CONFIRMED_DAY}::text`,
  source: sql`source`,
  organization: sql`registered.organization`,
}

function campusCells(campuses: Campuses, id: string | null): Cell[] {
  const campus = id === null ? undefined : campuses.byId(Number(id))
  return campus ? [campus.name, campus.domain] : [NO_CAMPUS_NAME, null]
}

/** The cells before the figure. */
export function labelOf(
  by: Exclude<TotalsBy, 'campus'>,
  value: string | null,
  sources: Map<string, Source>,
): Cell[] {
  if (by !== 'source') return [value ?? NONE]
  const source = value === null ? undefined : sources.get(value)
  return [value ?? NONE, source?.name ?? null, source?.organization ?? null]
}
