import { eq } from 'drizzle-orm'
import { invitations, memberships, organizations, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { isAtLeast } from '../organizers/access.ts'
import type { Member } from '../organizers/actor.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import type { Organization } from './contract.ts'
import { revisionOf } from './organization.ts'

/** An organization with its people, as its members see it. */
export async function showOrganization(deps: Deps, member: Member): Promise<Organization> {
  const [row] = await deps.db.select().from(organizations).where(eq(organizations.id, member.organization.id))
  if (!row) throw new Error(`${member.role} of an organization that is not there`)
  const { slug, name, url } = row
  return {
    slug,
    name,
    ...(url && { url }),
    revision: revisionOf(row),
    members: await membersIn(deps, member),
    invitations: await invitationsIn(deps, member),
  }
}

const order = ['owner', 'editor', 'viewer']

async function membersIn({ db, keys }: Deps, by: Member): Promise<Organization['members']> {
  const rows = await db
    .select()
    .from(memberships)
    .innerJoin(organizers, eq(organizers.id, memberships.organizerId))
    .where(eq(memberships.organizationId, by.organization.id))
  const people = rows.map(({ memberships: { role, since }, organizers: row }) => {
    const { email, name } = openOrganizer(keys, row)
    const isYou = row.id === by.organizerId
    return { id: row.id, email, ...(name && { name }), role, since: since.toISOString(), isYou }
  })
  return people.toSorted(
    (a, b) =>
      order.indexOf(a.role) - order.indexOf(b.role) || (a.name ?? a.email).localeCompare(b.name ?? b.email),
  )
}

async function invitationsIn({ db, keys, now }: Deps, by: Member): Promise<Organization['invitations']> {
  const rows = await db
    .select()
    .from(invitations)
    .where(eq(invitations.organizationId, by.organization.id))
    .orderBy(invitations.id)
  return rows.map((row) => ({
    id: row.id,
    ...(isAtLeast(by.role, 'editor') && { email: openOrganizer(keys, row).email }),
    role: row.role,
    invitedAt: row.invitedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isExpired: row.expiresAt <= now(),
  }))
}
