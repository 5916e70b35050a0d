import { sql } from 'drizzle-orm'
import { Value } from 'typebox/value'
import type { Campaign } from '../campaigns/campaign.ts'
import { Slug } from '../campaigns/contract.ts'
import type { Doer } from '../audit/audit.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { isAtLeast, type Role } from './access.ts'
import { isFresh, type Session } from './sessions.ts'

/** An organizer at work: what every verb of the console is told about who calls it. */
export interface Actor extends Doer {
  sessionId: number
  session: Session
}

/** An organizer at work in an organization. */
export interface Member extends Actor {
  role: Role
  organization: { id: number; slug: string; name: string }
}

/** An organizer at work on a campaign, for its host or for a partner of it. */
export interface CampaignMember extends Member {
  campaign: Campaign
  /** Works for a partner: sees public totals and the partner's own sources. */
  isPartner: boolean
}

/** @throws Refusal `signed-out` */
export function actorOf(session: Session | undefined): Actor {
  if (!session) throw new Refusal('signed-out', 'Sign in to go on. What you typed is still here.')
  return { organizerId: session.organizerId, sessionId: session.id, session }
}

/** @throws Refusal `passkey-needed` */
export function requireFresh({ session }: Pick<Actor, 'session'>, now: Date): void {
  if (!isFresh(session, now)) throw new Refusal('passkey-needed', 'Use your passkey once more to do this.')
}

interface MembershipRow extends Record<string, unknown> {
  id: number
  slug: string
  name: string
  role: Role
  is_host: boolean
}

/** @throws Refusal `not-found` to whoever is no member, `role-too-low` */
export async function memberOf(deps: Deps, actor: Actor, slug: string, needed: Role): Promise<Member> {
  // The guard is before the schemas: what is no slug is not for the database.
  if (!Value.Check(Slug, slug)) throw nothingHere()
  const { rows } = await deps.db.execute<MembershipRow>(sql`
    select id, slug, name, role from organizations join memberships on organization_id = id
    where slug = ${slug} and organizer_id = ${actor.organizerId}`)
  return { ...actor, ...allowed(rows, needed) }
}

interface Needed {
  role: Role
  /** Whether the route is open to partners too. */
  partners?: true
  /** The slug of the one that she works for, where several of hers carry the campaign. */
  organization?: string
}

/**
 * A member of the host, or, where the route is open to them, of a partner. Whoever does not say for which of several she
 * works, works for the host, else for the one in which she may do most.
 * @throws Refusal `not-found` to whoever is neither, `role-too-low`
 */
export async function campaignMemberOf(
  deps: Deps,
  actor: Actor,
  slug: string,
  { role, partners, organization }: Needed,
): Promise<CampaignMember> {
  const campaign = await deps.campaigns.known(slug)
  if (!campaign) throw nothingHere()
  const { rows } = await deps.db.execute<MembershipRow>(sql`
    select id, slug, name, role, id = ${campaign.organizationId} as is_host
    from organizations join memberships on organization_id = id
    where organizer_id = ${actor.organizerId} and (id = ${campaign.organizationId} or ${partners ?? false} and id in (
      select organization_id from campaign_partners where campaign_id = ${campaign.id}))
      and slug = coalesce(${organization ?? null}, slug)
    order by id = ${campaign.organizationId} desc, role = 'owner' desc, role = 'editor' desc, name, id limit 1`)
  const isPartner = rows[0]?.is_host === false
  return { ...actor, ...allowed(rows, role), campaign, isPartner }
}

function allowed([row]: MembershipRow[], needed: Role): Pick<Member, 'role' | 'organization'> {
  if (!row) throw nothingHere()
  if (!isAtLeast(row.role, needed)) {
    throw new Refusal('role-too-low', `Only ${needed}s of ${row.name} can do this. Ask one of them.`)
  }
  return { role: row.role, organization: { id: row.id, slug: row.slug, name: row.name } }
}

/** To a stranger, what she may not see is not there. */
function nothingHere(): Refusal {
  return new Refusal('not-found', 'There is nothing at this address.')
}
