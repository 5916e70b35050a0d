import { sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { safeGroupSize } from '../campaigns/group-size.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { asciiDomain, registrableDomain } from '../pledges/address.ts'
import { domainDigest } from '../pledges/mailbox.ts'
import { chosenCampus } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { Rule, SearchedState } from './contract.ts'
import { hasShownSignal, shownEnd, shownStart } from './found.ts'

/** What a search and a rule have in common. */
export type Criteria = Omit<Rule, 'name' | 'state'> & { state?: SearchedState }

/**
 * The condition that criteria put on `pledges pledge`, all of them together. Criteria compare what rows show, so that
 * no filter is finer than the page.
 * @param at when the search or the preview was made: it decides which times are shown as hours
 * @throws Refusal `domain-invalid`, `campus-not-known`
 */
export function conditionOf(deps: Deps, campaign: Campaign, criteria: Criteria, at: Date): SQL {
  const { domain, campus, source, signal, from, to, state } = criteria
  const conditions = [
    sql`pledge.campaign_id = ${campaign.id}`,
    domain !== undefined && sql`pledge.domain_digest = ${digestOf(campaign, domain)}`,
    campus !== undefined && sql`coalesce(pledge.campus_id, ${NO_CAMPUS}) = ${campusAsked(deps, campus)}`,
    source !== undefined && sql`coalesce(pledge.source, '') = ${source}`,
    signal !== undefined && hasShownSignal(signal),
    from !== undefined && sql`${shownEnd(at)} > ${from}::timestamptz`,
    to !== undefined && sql`${shownStart(at)} < ${to}::timestamptz`,
    state !== undefined && isInState(state),
  ]
  return sql.join(
    conditions.filter((condition) => condition !== false),
    sql` and `,
  )
}

/** @throws Refusal `domain-invalid` */
function digestOf(campaign: Campaign, typed: string): Buffer {
  const domain = asciiDomain(typed.trim().replace(/^@/, ''))
  if (domain) return domainDigest(campaign, { registrableDomain: registrableDomain(domain) })
  const detail = 'Type a mail domain, such as "example.org": what stands after the @.'
  throw new Refusal('domain-invalid', detail, { field: 'domain' })
}

function campusAsked({ campuses }: Deps, campus: string): number {
  return campus === '' ? NO_CAMPUS : chosenCampus(campuses, campus).id
}

/** To organizers, whatever an exclusion holds is excluded, also while its signer has not confirmed. */
function isInState(state: SearchedState): SQL {
  const isHeld = sql`pledge.exclusion_id is not null and pledge.state <> 'withdrawn'`
  if (state === 'excluded') return isHeld
  return sql`pledge.state = ${state} and not (${isHeld})`
}

/** Only mailboxes that confirmed this long ago let an organizer look into a mail domain. */
export const SETTLED_HOURS = 24

/** Mailboxes that confirmed, each once: what is typed and never confirmed protects nobody. */
export const isMailbox = sql`state in ('confirmed', 'excluded')`

export function isSettled(at: Date): SQL {
  return sql`confirmed_at <= ${at.toISOString()}::timestamptz - make_interval(hours => ${SETTLED_HOURS})`
}

/**
 * How much an answer about these criteria tells. Rows do not show every mail domain, so criteria that name one need
 * enough confirmed mailboxes that match all of them. While these are new, the answer is a rounded count alone: enough
 * to throw a flood out, and not to look at its rows.
 * @throws Refusal `too-few`, `domain-invalid`
 */
export async function detailOf(
  deps: Deps,
  campaign: Campaign,
  criteria: Criteria,
  at: Date,
): Promise<'rows' | 'rounded-count'> {
  if (criteria.domain === undefined) return 'rows'
  const { state: _, ...others } = criteria
  const { rows } = await deps.db.execute<{ mailboxes: number; settled: number }>(sql`
    select count(*)::int as mailboxes, count(*) filter (where ${isSettled(at)})::int as settled
    from pledges pledge where ${isMailbox} and ${conditionOf(deps, campaign, others, at)}`)
  const { mailboxes = 0, settled = 0 } = rows[0] ?? {}
  const least = safeGroupSize(campaign)
  if (settled >= least) return 'rows'
  if (mailboxes >= least) return 'rounded-count'
  const detail = `Fewer than ${least} confirmed mailboxes match, or none. A mail domain of a few people would say who they are, so it cannot be asked for.`
  throw new Refusal('too-few', detail, { field: 'domain' })
}

/** Down to a multiple of the smallest number shown. */
export function rounded(count: number, { smallestShown }: Pick<Campaign, 'smallestShown'>): number {
  return count - (count % smallestShown)
}
