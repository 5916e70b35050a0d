import { sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import { isExcludable, type Meant } from '../pledges/excluding.ts'
import { Refusal } from '../refusal.ts'
import type { Rule } from './contract.ts'
import { namePattern } from './name-patterns.ts'
import { conditionOf } from './rules.ts'

/**
 * The pledges that a rule means: of those signed up to a moment, so that what comes in later is not touched.
 * @throws Refusal `rule-empty`, `domain-invalid`, `campus-not-known`
 */
export function meantBy(deps: Deps, campaign: Campaign, { name, ...criteria }: Rule, upTo: Date): Meant {
  if (name === undefined && Object.keys(criteria).length === 0) {
    throw new Refusal(
      'rule-empty',
      'Say which pledges: a rule without a condition would take out all of them.',
    )
  }
  return {
    campaignId: campaign.id,
    where: sql`${conditionOf(deps, campaign, criteria, upTo)} and pledge.signed_at <= ${upTo.toISOString()}::timestamptz`,
    isNamed: name === undefined ? undefined : namePattern(name),
  }
}

/** How many pledges of one state and campus. */
export interface Group extends Record<string, unknown> {
  state: string
  campus_id: number | null
  count: number
}

/**
 * What a rule matches, by state and campus. A name stays out of it: only pledges that wait have one, anybody can type
 * one, and so no number of them may be told.
 */
export async function groupsOf({ db }: Deps, { where, isNamed }: Meant): Promise<Group[]> {
  const { rows } = await db.execute<Group>(sql`
    select state, campus_id, count(*)::int as count from pledges pledge
    where ${isExcludable()} and ${where} ${isNamed ? sql`and pledge.state = 'pending'` : sql``}
    group by state, campus_id`)
  return rows
}

export function totalOf(groups: Group[]): number {
  return groups.reduce((total, { count }) => total + count, 0)
}
