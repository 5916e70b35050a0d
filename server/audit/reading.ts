import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import type { CampaignMember, Member } from '../organizers/actor.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import type { AuditAction, AuditPage, AuditQuery, AuditWho } from './contract.ts'

const PAGE = 50

/** What members do to their own ways in concerns whoever shares an organization with them; when they sign in does not. */
const ownWays: AuditAction[] = [
  'passkey.add',
  'passkey.remove',
  'passkey.stop',
  'recovery-codes.make',
  'passkey-reset.ask',
  'passkey-reset.approve',
  'passkey-reset.cancel',
]

/** All that was done in an organization and its campaigns, and to the passkeys of its members since they joined. */
export async function organizationLog(
  deps: Deps,
  { organization }: Member,
  query: AuditQuery,
): Promise<AuditPage> {
  const scope = sql`(
    entry.organization_id = ${organization.id}
    or campaign.organization_id = ${organization.id}
    or entry.organization_id is null and entry.campaign_id is null and entry.action in ${ownWays} and exists (
      select from memberships where organization_id = ${organization.id}
        and organizer_id = coalesce(entry.organizer_id, (entry.details->>'organizer')::int) and since <= entry.at))`
  return await readLog(deps, organization.id, scope, query)
}

/** All that was done to a campaign, by its host or a partner. */
export async function campaignLog(deps: Deps, member: CampaignMember, query: AuditQuery): Promise<AuditPage> {
  return await readLog(deps, member.organization.id, sql`entry.campaign_id = ${member.campaign.id}`, query)
}

interface Row extends Record<string, unknown> {
  id: string
  at: string
  action: string
  organizer_id: number | null
  session_id: number | null
  device: string | null
  slug: string | null
  title: string | null
  details: Record<string, unknown>
}

async function readLog(deps: Deps, readerId: number, scope: SQL, query: AuditQuery): Promise<AuditPage> {
  const { rows } = await deps.db.execute<Row>(sql`
    select entry.id, to_json(entry.at)#>>'{}' as at, entry.action, entry.organizer_id, entry.session_id,
      session.device, campaign.slug, entry.details, (
        select title from pledge_texts where campaign_id = campaign.id order by locale, version desc limit 1) as title
    from audit_log entry
    left join organizer_sessions session on session.id = entry.session_id
    left join campaigns campaign on campaign.id = entry.campaign_id
    where ${scope} and ${filter(query)}
    order by entry.id desc limit ${PAGE + 1}`)
  const shown = rows.slice(0, PAGE)
  const names = await namesOf(deps, readerId, shown.flatMap(peopleIn))
  return {
    entries: shown.map((row) => entryOf(row, names)),
    ...(rows.length > PAGE && { next: Number(shown.at(-1)?.id) }),
  }
}

function filter({ before, action, campaign }: AuditQuery): SQL {
  return sql`${before ? sql`entry.id < ${before}` : sql`true`}
    and ${action ? sql`(entry.action = ${action} or starts_with(entry.action, ${`${action}.`}))` : sql`true`}
    and ${campaign ? sql`campaign.slug = ${campaign}` : sql`true`}`
}

function peopleIn({ organizer_id, details }: Row): number[] {
  return [organizer_id, details.organizer].filter((id) => typeof id === 'number')
}

type Names = Map<number, AuditWho>

/** Members by name; of a partner's people only the partner; nothing of whoever is neither, or not any more. */
async function namesOf({ db, keys }: Deps, readerId: number, ids: number[]): Promise<Names> {
  const among = sql`organizer_id = any(array[${sql.join([0, ...ids], sql`, `)}]::int[])`
  const { rows: partners } = await db.execute<{ id: number; name: string }>(sql`
    select organizer_id as id, min(organizations.name) as name
    from memberships join campaign_partners using (organization_id)
    join campaigns on campaigns.id = campaign_id join organizations on organizations.id = memberships.organization_id
    where campaigns.organization_id = ${readerId} and ${among} group by 1`)
  const { rows: members } = await db.execute<{ id: number; email_digest: Buffer; contact: Buffer }>(sql`
    select id, email_digest, contact from memberships join organizers on id = organizer_id
    where organization_id = ${readerId} and ${among}`)
  return new Map<number, AuditWho>([
    ...partners.map(({ id, name }) => [id, { is: 'partner', organization: name }] as const),
    ...members.map(({ id, email_digest, contact }) => {
      const { name, email } = openOrganizer(keys, { emailDigest: email_digest, contact })
      return [id, { is: 'member', name: name ?? email }] as const
    }),
  ])
}

function entryOf(row: Row, names: Names): AuditPage['entries'][number] {
  const { organizer, ...details } = row.details
  const who = row.organizer_id === null ? ({ is: 'server' } as const) : whoIs(row.organizer_id, names)
  return {
    id: Number(row.id),
    at: row.at,
    action: row.action,
    who,
    ...(row.session_id !== null && { session: sessionOf(row, row.session_id, who) }),
    ...(row.slug && { campaign: { slug: row.slug, title: row.title ?? row.slug } }),
    ...(typeof organizer === 'number' && { whom: whoIs(organizer, names) }),
    details,
  }
}

function whoIs(id: number, names: Names): AuditWho {
  return names.get(id) ?? { is: 'gone', id }
}

/** On what a partner's people work is theirs to know. */
function sessionOf({ device }: Row, id: number, { is }: AuditWho): { id: number; device?: string } {
  return { id, ...(device && is === 'member' && { device }) }
}
