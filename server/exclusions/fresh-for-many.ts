import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { type CampaignMember, requireFresh } from '../organizers/actor.ts'
import type { Rule } from './contract.ts'

/** What may leave the count, or come back to it, within a day without a fresh passkey. */
const SMALL_PERCENT = 5

/**
 * "All that are confirmed" is no finding: it empties the count. And nobody is told how many pledges have a name, so a rule
 * with one is not measured: whether it asks for a passkey would tell.
 */
export function alwaysNeedsFresh(rule: Rule): boolean {
  if (rule.name !== undefined) return true
  return Object.entries(rule).every(([name, value]) => name === 'state' || value === undefined)
}

/**
 * Many small exclusions are a large one, so all that organizers moved within a day is counted together, from the audit log.
 * @throws Refusal `passkey-needed`
 */
export async function requireFreshForMany(
  tx: Tx,
  { now }: Deps,
  by: CampaignMember,
  pledges: number,
): Promise<void> {
  const { rows } = await tx.execute<{ moved: number; confirmed: number }>(sql`
    select (
        select coalesce(sum(coalesce(details->>'found', details->>'held')::int), 0)::int from audit_log
        where campaign_id = ${by.campaign.id} and action in ('exclusion.apply', 'exclusion.undo')
          and organizer_id is not null and at > ${now().toISOString()}::timestamptz - interval '1 day') as moved,
      (select coalesce(sum(confirmed), 0)::int from tallies where campaign_id = ${by.campaign.id}) as confirmed`)
  const { moved = 0, confirmed = 0 } = rows[0] ?? {}
  if ((moved + pledges) * 100 > confirmed * SMALL_PERCENT) requireFresh(by, now())
}
