import { eq, sql } from 'drizzle-orm'
import { openness } from '../campaigns/campaign.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Role } from './access.ts'
import type { Actor } from './actor.ts'
import type { Me } from './contract.ts'
import { openOrganizer } from './organizer.ts'
import { resetOf } from './passkey-resets.ts'
import { passkeysOf } from './passkeys.ts'
import { FRESH_MINUTES } from './sessions.ts'

type Organization = Me['organizations'][number]

/** Who is signed in, with every organization she is a member of and every campaign that one runs or carries. */
export async function showMe(deps: Deps, { organizerId, session }: Actor): Promise<Me> {
  const [row] = await deps.db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) throw new Error(`a session of organizer ${organizerId}, who is not there`)
  const { email, name } = openOrganizer(deps.keys, row)
  const { passkeyAt } = session
  const reset = await resetOf(deps.db, organizerId, deps.now())
  const passkeys = await passkeysOf(deps.db, organizerId)
  const waiting = passkeys.find(({ countsFrom }) => countsFrom > deps.now())
  return {
    organizer: { id: organizerId, email, ...(name && { name }) },
    ...(passkeyAt && { freshUntil: new Date(passkeyAt.getTime() + FRESH_MINUTES * 60_000).toISOString() }),
    hasPasskey: passkeys.length > 0,
    ...(waiting && { passkeyCountsFrom: waiting.countsFrom.toISOString() }),
    ...(reset && { passkeyReset: { takesEffectAt: reset.takesEffectAt.toISOString() } }),
    organizations: await organizationsOf(deps, organizerId),
  }
}

interface Row extends Record<string, unknown> {
  slug: string
  name: string
  role: Role
  campaign_id: number | null
  is_partner: boolean
  fingerprint: string | null
  takes_effect_at: string | null
}

/** How long the console goes on saying that a key was replaced. */
const SAID_DAYS = 7

async function organizationsOf(deps: Deps, organizerId: number): Promise<Organization[]> {
  const { rows } = await deps.db.execute<Row>(sql`
    select organizations.slug, organizations.name, role, carried.campaign_id, carried.is_partner,
      encode(key.fingerprint, 'hex') as fingerprint, to_json(key.takes_effect_at)#>>'{}' as takes_effect_at
    from memberships join organizations on organizations.id = organization_id
    left join lateral (
      select id as campaign_id, false as is_partner from campaigns
      where campaigns.organization_id = memberships.organization_id
      union all
      select campaign_id, true from campaign_partners
      where campaign_partners.organization_id = memberships.organization_id) carried on true
    left join lateral (
      select fingerprint, takes_effect_at from organization_keys
      where organization_keys.organization_id = memberships.organization_id and replaces is not null
        and takes_effect_at > ${deps.now().toISOString()}::timestamptz - ${SAID_DAYS}::int * interval '1 day'
      order by takes_effect_at desc limit 1) key on true
    where organizer_id = ${organizerId}
    order by organizations.name, carried.campaign_id desc`)
  const bySlug = new Map<string, Organization>()
  for (const row of rows) {
    const { slug, name, role } = row
    const organization = bySlug.get(slug) ?? { slug, name, role, ...newKeyIn(row), campaigns: [] }
    bySlug.set(slug, organization)
    const campaign = await campaignIn(deps, row)
    if (campaign) organization.campaigns.push(campaign)
  }
  return [...bySlug.values()]
}

function newKeyIn({ fingerprint, takes_effect_at: at }: Row): Pick<Organization, 'newKey'> {
  return fingerprint && at ? { newKey: { fingerprint, takesEffectAt: new Date(at).toISOString() } } : {}
}

async function campaignIn(deps: Deps, row: Row): Promise<Organization['campaigns'][number] | undefined> {
  if (row.campaign_id === null) return undefined
  const campaign = await deps.campaigns.byId(row.campaign_id)
  if (!campaign) return undefined
  const state = campaign.state === 'draft' ? 'draft' : openness(campaign, deps.now())
  return { slug: campaign.slug, title: campaign.texts[0]?.title ?? '', state, isPartner: row.is_partner }
}
