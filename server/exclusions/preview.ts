import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isExcludable, type Meant } from '../pledges/excluding.ts'
import { Refusal } from '../refusal.ts'
import type { FoundPledge, Preview, Rule } from './contract.ts'
import { columns, type FoundRow, shownPledge } from './found.ts'
import { type Group, groupsOf, meantBy, totalOf } from './meant.ts'
import { detailOf, rounded } from './rules.ts'

/**
 * What a rule would take out now, by state and campus, with a sample: as good as random, since it goes by digests. A
 * rule with a name, or with a mail domain that is too new to be looked into, gets a number alone.
 * @throws Refusal `rule-empty`, `too-few`, `domain-invalid`, `campus-not-known`
 */
export async function previewExclusion(deps: Deps, campaign: Campaign, rule: Rule): Promise<Preview> {
  const at = deps.now()
  const meant = meantBy(deps, campaign, rule, at)
  const detail = await detailOf(deps, campaign, rule, at)
  const groups = await groupsOf(deps, meant)
  const count = totalOf(groups)
  const shown = { at: at.toISOString(), preview: sealPreview(deps, campaign, rule, { at, count }) }
  if (meant.isNamed) return { ...shown, count, counted: 'at-most' }
  if (detail === 'rounded-count') return { ...shown, count: rounded(count, campaign), counted: 'at-least' }
  return {
    ...shown,
    count,
    counted: 'exactly',
    details: {
      states: {
        pending: totalOf(groups.filter(({ state }) => state === 'pending')),
        confirmed: totalOf(groups.filter(({ state }) => state === 'confirmed')),
      },
      campuses: await campusesOf(deps, campaign, groups),
      sample: await sampleOf(deps, meant),
    },
  }
}

type Campuses = NonNullable<Preview['details']>['campuses']

async function campusesOf(deps: Deps, { id }: Campaign, groups: Group[]): Promise<Campuses> {
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

/** How many pledges of a sample are shown. */
const SAMPLE = 20

async function sampleOf(deps: Deps, { where }: Meant): Promise<FoundPledge[]> {
  const { rows } = await deps.db.execute<FoundRow>(sql`
    select found.*, known.domain, known.is_shown from (
      select ${columns} from pledges pledge where ${isExcludable()} and ${where}
      order by address_digest limit ${SAMPLE}) found
    left join mail_domains known using (campaign_id, domain_digest)
    order by address_digest`)
  return rows.map((row) => shownPledge(deps, row))
}

interface Previewed {
  at: Date
  count: number
}

/**
 * What an exclusion says of the preview before it. It is sealed, because whoever could choose its time could find out
 * the moment of a signature by counting up to one time after another.
 */
function sealPreview({ keys }: Deps, campaign: Campaign, rule: Rule, { at, count }: Previewed): string {
  const text = JSON.stringify([at.getTime(), count])
  return keys.seal('search', Buffer.from(text), previewContext(campaign, rule)).toString('base64url')
}

/** @throws Refusal `invalid-request` where it is not the preview of this rule */
export function openPreview({ keys }: Deps, campaign: Campaign, rule: Rule, sealed: string): Previewed {
  try {
    const opened = keys.open('search', Buffer.from(sealed, 'base64url'), previewContext(campaign, rule))
    const [at, count] = JSON.parse(opened.toString()) as [number, number]
    return { at: new Date(at), count }
  } catch {
    const detail = 'This is not a preview of this rule. Preview it again.'
    throw new Refusal('invalid-request', detail, { field: 'preview' })
  }
}

function previewContext({ id }: Campaign, rule: Rule): Buffer {
  const named = JSON.stringify(Object.entries(rule).sort())
  return Buffer.from(`preview ${id} ${createHash('sha256').update(named).digest('hex')}`)
}
