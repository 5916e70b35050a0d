import { sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isExcludable, type Meant } from '../pledges/excluding.ts'
import type { FoundPledge, Preview, Rule } from './contract.ts'
import { columns, type FoundRow, shownPledge } from './found.ts'
import { countMeant, type Group, meantBy, SAMPLE, totalOf } from './meant.ts'

/**
 * What a rule would take out now, by state and campus, with a sample: as good as random, since it goes by digests.
 * @throws Refusal `rule-empty`, `too-few`, `domain-invalid`, `campus-not-known`
 */
export async function previewExclusion(deps: Deps, campaign: Campaign, rule: Rule): Promise<Preview> {
  const at = deps.now()
  const meant = meantBy(deps, campaign, rule, at)
  const { groups, sampled } = await countMeant(deps, campaign, rule, meant)
  const count = totalOf(groups)
  return {
    at: at.toISOString(),
    count,
    states: {
      pending: totalOf(groups.filter(({ state }) => state === 'pending')),
      confirmed: totalOf(groups.filter(({ state }) => state === 'confirmed')),
    },
    campuses: await campusesOf(deps, campaign, groups),
    sample: await sampleOf(deps, meant, sampled),
  }
}

async function campusesOf(deps: Deps, { id }: Campaign, groups: Group[]): Promise<Preview['campuses']> {
  const { rows } = await deps.db.execute<{ campus_id: number; confirmed: number }>(
    sql`select campus_id, confirmed from tallies where campaign_id = ${id}`,
  )
  const tallies = new Map(rows.map(({ campus_id, confirmed }) => [campus_id, confirmed]))
  const byCampus = Map.groupBy(groups, ({ campus_id }) => campus_id ?? NO_CAMPUS)
  return [...byCampus]
    .map(([campusId, ofCampus]) => {
      const campus = deps.campuses.byId(campusId)
      const confirmed = totalOf(ofCampus.filter(({ state }) => state === 'confirmed'))
      return {
        ...(campus && { campus: campus.domain }),
        name: campus?.name ?? 'No campus',
        count: totalOf(ofCampus),
        confirmed,
        left: Math.max(0, (tallies.get(campusId) ?? 0) - confirmed),
      }
    })
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name, 'en'))
}

async function sampleOf(deps: Deps, { where }: Meant, sampled: SQL | undefined): Promise<FoundPledge[]> {
  const { rows } = await deps.db.execute<FoundRow>(sql`
    select found.*, known.domain from (
      select ${columns} from pledges pledge where ${isExcludable()} and ${where} and ${sampled ?? sql`true`}
      order by email_digest, address_digest limit ${SAMPLE}) found
    left join mail_domains known using (campaign_id, domain_digest)
    order by email_digest, address_digest`)
  return rows.map((row) => shownPledge(deps, row))
}
