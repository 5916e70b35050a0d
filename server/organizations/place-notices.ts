import { eq, sql } from 'drizzle-orm'
import type { PlaceChange } from '../../emails/place-changed.ts'
import { textIn } from '../campaigns/campaign.ts'
import type { Tx } from '../db/db.ts'
import { organizations, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import type { Role } from '../organizers/access.ts'
import { toOrganizer } from '../organizers/notices.ts'
import { FIRST_LOCALE, openOrganizer } from '../organizers/organizer.ts'

interface PlaceNotice {
  readerId: number
  change: PlaceChange
  /** The organization in which, or with which, something changed. */
  organizationId: number
  role?: Role
  /** Who became an owner, or no longer is one. */
  organizerId?: number
  campaignId?: number
}

interface RolesChanged {
  organizationId: number
  /** Who changed them. */
  by: number
  before: Map<number, Role>
  after: Map<number, Role>
}

/** Tells everybody whose place has changed, and of each change of ownership all owners, those of before too. */
export async function noticeRoles(
  tx: Tx,
  at: Date,
  { organizationId, by, before, after }: RolesChanged,
): Promise<void> {
  const everybody = [...new Set([...before.keys(), ...after.keys()])]
  const owners = everybody.filter((id) => before.get(id) === 'owner' || after.get(id) === 'owner')
  const notices = everybody.flatMap((id): PlaceNotice[] => {
    const [was, role] = [before.get(id), after.get(id)]
    if (was === role) return []
    const out = id === by ? 'left' : 'removed'
    const own = role ? { change: 'role-changed' as const, role } : { change: out as PlaceChange }
    const isOfOwnership = was === 'owner' || role === 'owner'
    const change = role === 'owner' ? 'owner-added' : 'owner-gone'
    const others = isOfOwnership ? owners.filter((owner) => owner !== id) : []
    return [
      ...(was ? [{ readerId: id, organizationId, ...own }] : []),
      ...others.map((readerId) => ({ readerId, organizationId, change, organizerId: id }) as PlaceNotice),
    ]
  })
  await writeNotices(tx, at, notices)
}

interface PartnersChanged {
  /** Whose owners are told. */
  ownersOf: number
  change: PlaceChange
  /** The organization that they read about. */
  organizationId: number
  campaignId: number
}

/** Tells all owners of an organization what became of a partnership. */
export async function noticePartnership(
  tx: Tx,
  at: Date,
  { ownersOf, ...about }: PartnersChanged,
): Promise<void> {
  const { rows } = await tx.execute<{ organizer_id: number }>(sql`
    select organizer_id from memberships
    where organization_id = ${ownersOf} and role = 'owner' order by organizer_id`)
  await writeNotices(
    tx,
    at,
    rows.map(({ organizer_id: readerId }) => ({ readerId, ...about })),
  )
}

async function writeNotices(tx: Tx, at: Date, notices: PlaceNotice[]): Promise<void> {
  await writeLetters(
    tx,
    notices.map((about) => ({
      template: 'place-changed',
      about: { ...about },
      locale: FIRST_LOCALE,
      askedAt: at,
    })),
  )
}

/** Nothing is sent about a campaign that was deleted meanwhile. */
export async function composePlaceNotice(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const { readerId, change, role, ...about } = letter.about as unknown as PlaceNotice
  const [organization] = await deps.db
    .select()
    .from(organizations)
    .where(eq(organizations.id, about.organizationId))
  const campaign = about.campaignId === undefined ? undefined : await deps.campaigns.byId(about.campaignId)
  if (!organization || (about.campaignId !== undefined && !campaign)) return undefined
  return await toOrganizer(deps, readerId, 'place-changed', {
    change,
    organizationName: organization.name,
    ...(role && { role }),
    ...(about.organizerId !== undefined && { who: await emailOf(deps, about.organizerId) }),
    ...(campaign && { campaign: textIn(campaign, []).title }),
    consoleUrl: `${deps.publicUrl}/console/`,
  })
}

async function emailOf({ db, keys }: Deps, organizerId: number): Promise<string> {
  const [row] = await db.select().from(organizers).where(eq(organizers.id, organizerId))
  return row ? openOrganizer(keys, row).email : ''
}
