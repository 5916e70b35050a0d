import { sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import { isExcludable, type Meant, nextMeant } from '../pledges/excluding.ts'
import { Refusal } from '../refusal.ts'
import type { Rule } from './contract.ts'
import { namePattern } from './name-patterns.ts'
import { conditionOf, requireShared } from './rules.ts'

/** How many pledges of a sample are shown. */
export const SAMPLE = 20

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
    where: sql`${conditionOf(deps, campaign, criteria)} and pledge.signed_at <= ${upTo.toISOString()}::timestamptz`,
    isNamed: name === undefined ? undefined : namePattern(name),
  }
}

/** How many pledges of one state and campus. */
export interface Group extends Record<string, unknown> {
  state: string
  campus_id: number | null
  count: number
}

/** @throws Refusal `too-few` where a domain or a pattern over names finds so few that it looks somebody up */
export async function countMeant(
  deps: Deps,
  campaign: Campaign,
  rule: Rule,
  meant: Meant,
): Promise<{ groups: Group[]; sampled?: SQL }> {
  await requireShared(deps, campaign, rule)
  const { smallestShown } = campaign
  if (!meant.isNamed) return { groups: await groupsOf(deps, meant) }
  const named = await groupsOfNamed(deps, meant)
  const count = totalOf(named.groups)
  if (count === 0 || count >= smallestShown) return named
  const detail = `Fewer than ${smallestShown} waiting pledges have such a name. Patterns are for finding floods, not for looking somebody up.`
  throw new Refusal('too-few', detail, { field: 'name' })
}

async function groupsOf({ db }: Deps, { where }: Meant): Promise<Group[]> {
  const { rows } = await db.execute<Group>(sql`
    select state, campus_id, count(*)::int as count from pledges pledge
    where ${isExcludable()} and ${where} group by state, campus_id`)
  return rows
}

const NAMES_AT_ONCE = 1_000

/** Names have to be opened one by one, so many at once that others get their turn between. */
async function groupsOfNamed({ db, keys }: Deps, meant: Meant): Promise<{ groups: Group[]; sampled: SQL }> {
  const groups = new Map<number | null, Group>()
  const sampled: SQL[] = []
  let after: Parameters<typeof nextMeant>[3]['after']
  do {
    const { rows, last } = await nextMeant(db, keys, meant, { after, limit: NAMES_AT_ONCE, locks: false })
    for (const { state, campus_id, email_digest, address_digest } of rows) {
      const group = groups.get(campus_id) ?? { state, campus_id, count: 0 }
      groups.set(campus_id, { ...group, count: group.count + 1 })
      if (sampled.length < SAMPLE) sampled.push(sql`(${email_digest}, ${address_digest})`)
    }
    after = last
  } while (after)
  const isSampled =
    sampled.length > 0
      ? sql`(pledge.email_digest, pledge.address_digest) in (${sql.join(sampled, sql`, `)})`
      : sql`false`
  return { groups: [...groups.values()], sampled: isSampled }
}

export function totalOf(groups: Group[]): number {
  return groups.reduce((total, { count }) => total + count, 0)
}
