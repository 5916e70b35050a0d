import { sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { asciiDomain, registrableDomain } from '../pledges/address.ts'
import { domainDigest } from '../pledges/mailbox.ts'
import { chosenCampus } from '../pledges/pledge.ts'
import { Refusal } from '../refusal.ts'
import type { Rule, SearchedState } from './contract.ts'

/** What a search and a rule have in common. */
export type Criteria = Omit<Rule, 'name' | 'state'> & { state?: SearchedState }

/**
 * The condition that criteria put on `pledges pledge`, all of them together.
 * @throws Refusal `domain-invalid`, `campus-not-known`
 */
export function conditionOf(deps: Deps, campaign: Campaign, criteria: Criteria): SQL {
  const { domain, campus, source, signal, from, to, state } = criteria
  const conditions = [
    sql`pledge.campaign_id = ${campaign.id}`,
    domain !== undefined && sql`pledge.domain_digest = ${digestOf(campaign, domain)}`,
    campus !== undefined && sql`coalesce(pledge.campus_id, ${NO_CAMPUS}) = ${campusAsked(deps, campus)}`,
    source !== undefined && sql`coalesce(pledge.source, '') = ${source}`,
    signal !== undefined && sql`${signal} = any (pledge.signals)`,
    from !== undefined && sql`pledge.signed_at >= ${from}::timestamptz`,
    to !== undefined && sql`pledge.signed_at < ${to}::timestamptz`,
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

/**
 * A mail domain that few share is not looked into: a domain of one's own names its owner, and whoever asks for it would
 * learn that she signed.
 * @throws Refusal `too-few`, `domain-invalid`
 */
export async function requireShared({ db }: Deps, campaign: Campaign, { domain }: Criteria): Promise<void> {
  if (domain === undefined) return
  const { id, smallestShown } = campaign
  const { rows } = await db.execute(sql`
    select from pledges where campaign_id = ${id} and domain_digest = ${digestOf(campaign, domain)}
    limit ${smallestShown}`)
  if (rows.length >= smallestShown) return
  const detail = `Fewer than ${smallestShown} pledges come from this domain, or none. A domain of a few people would say who they are, so it cannot be asked for.`
  throw new Refusal('too-few', detail, { field: 'domain' })
}
