import { and, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { invitations, memberships, organizations, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Role } from '../organizers/access.ts'
import type { Member } from '../organizers/actor.ts'
import { organizerDigest } from '../organizers/organizer.ts'
import { Refusal } from '../refusal.ts'
import { noticeRoles } from './place-notices.ts'

interface NewMember {
  organizationId: number
  organizerId: number
  role: Role
  now: Date
}

/** Makes somebody a member; who is one already keeps her role where it allows more. @returns the role she has then */
export async function addMember(tx: Tx, { now, ...member }: NewMember): Promise<Role> {
  const { organizationId, organizerId } = member
  const before = await membersOf(tx, organizationId)
  const [added] = await tx
    .insert(memberships)
    .values({ ...member, since: now, ownerSince: member.role === 'owner' ? now : null })
    .onConflictDoUpdate({
      target: [memberships.organizationId, memberships.organizerId],
      set: {
        role: sql`case when 'owner' in (excluded.role, memberships.role) then 'owner'
          when 'editor' in (excluded.role, memberships.role) then 'editor' else 'viewer' end`,
        ownerSince: sql`coalesce(memberships.owner_since, excluded.owner_since)`,
      },
    })
    .returning({ role: memberships.role })
  if (!added) throw new Error('no membership was made')
  const after = new Map(before).set(organizerId, added.role)
  await noticeRoles(tx, now, { organizationId, by: organizerId, before, after })
  return added.role
}

/** @throws Refusal `no-member`, `last-owner`, `role-too-low` */
export async function changeRole(deps: Deps, by: Member, organizerId: number, role: Role): Promise<void> {
  await amongMembers(deps, by, async (tx, members) => {
    requireOwner(by, members)
    const was = memberIn(members, organizerId)
    if (was === role) return
    await giveRole(tx, deps, by, { organizerId, was, role })
    await writeDown(tx, {
      ...entry(deps, by),
      action: 'member.change-role',
      details: { organizer: organizerId, was, role },
    })
  })
}

/** Takes her access at once: membership is read at each request. @throws as `changeRole` */
export async function removeMember(deps: Deps, by: Member, organizerId: number): Promise<void> {
  await amongMembers(deps, by, async (tx, members) => {
    requireOwner(by, members)
    const was = memberIn(members, organizerId)
    await dropMember(tx, by, organizerId)
    await writeDown(tx, {
      ...entry(deps, by),
      action: 'member.remove',
      details: { organizer: organizerId, was },
    })
  })
}

/** Anybody may leave, but for the last owner. @throws Refusal `last-owner` */
export async function leave(deps: Deps, by: Member): Promise<void> {
  await amongMembers(deps, by, async (tx, members) => {
    const was = members.get(by.organizerId)
    if (!was) return
    await dropMember(tx, by, by.organizerId)
    await writeDown(tx, { ...entry(deps, by), action: 'member.leave', details: { was } })
  })
}

/** Makes another member an owner in one's own place, and oneself an editor. @throws as `changeRole` */
export async function handOver(deps: Deps, by: Member, to: number): Promise<void> {
  if (to === by.organizerId)
    throw new Refusal('no-member', 'Choose somebody else: you are the owner already.')
  await amongMembers(deps, by, async (tx, members) => {
    requireOwner(by, members)
    const was = memberIn(members, to)
    await giveRole(tx, deps, by, { organizerId: to, was, role: 'owner' })
    await giveRole(tx, deps, by, { organizerId: by.organizerId, was: 'owner', role: 'editor' })
    await writeDown(tx, {
      ...entry(deps, by),
      action: 'organization.hand-over',
      details: { organizer: to, was },
    })
  })
}

export interface Whom {
  organizationId: number
  email: string
}

/** The role of whoever has this address; undefined where she is no member. */
export async function roleOf(
  tx: Tx,
  { keys }: Pick<Deps, 'keys'>,
  { organizationId, email }: Whom,
): Promise<Role | undefined> {
  const [found] = await tx
    .select({ role: memberships.role })
    .from(memberships)
    .innerJoin(organizers, eq(organizers.id, memberships.organizerId))
    .where(
      and(
        eq(memberships.organizationId, organizationId),
        eq(organizers.emailDigest, organizerDigest(keys, email)),
      ),
    )
  return found?.role
}

type Members = Map<number, Role>

/**
 * Changes members one transaction after the other, each on what the last left: the row of the organization is
 * locked first, and an organization that would be left without an owner stays as it was. Whose place changed is told.
 */
async function amongMembers(
  { db, now }: Deps,
  { organizerId, organization: { id } }: Member,
  change: (tx: Tx, members: Members) => Promise<void>,
): Promise<void> {
  await transaction(db, async (tx) => {
    const members = await lockedMembers(tx, id)
    await change(tx, members)
    const after = await membersOf(tx, id)
    if (hasOwner(members) && !hasOwner(after)) {
      const detail = 'An organization needs an owner. Make somebody else an owner first.'
      throw new Refusal('last-owner', detail)
    }
    await noticeRoles(tx, now(), { organizationId: id, by: organizerId, before: members, after })
  })
}

/** The members, who stay as they are until the transaction ends. */
export async function lockedMembers(tx: Tx, organizationId: number): Promise<Members> {
  await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for('no key update')
  return await membersOf(tx, organizationId)
}

async function membersOf(tx: Tx, organizationId: number): Promise<Members> {
  const rows = await tx.select().from(memberships).where(eq(memberships.organizationId, organizationId))
  return new Map(rows.map(({ organizerId, role }) => [organizerId, role]))
}

export function hasOwner(members: Members): boolean {
  return [...members.values()].includes('owner')
}

/** She was an owner when the request came in; while it waited for its turn, another may have changed that. */
export function requireOwner({ organizerId, organization }: Member, members: Members): void {
  if (members.get(organizerId) === 'owner') return
  throw new Refusal('role-too-low', `Only owners of ${organization.name} can do this. Ask one of them.`)
}

function memberIn(members: Members, organizerId: number): Role {
  const role = members.get(organizerId)
  if (!role) throw new Refusal('no-member', 'This person is not a member any more. Load the page again.')
  return role
}

function isMembership({ organization }: Member, organizerId: number) {
  return and(eq(memberships.organizationId, organization.id), eq(memberships.organizerId, organizerId))
}

interface Step {
  organizerId: number
  was: Role
  role: Role
}

async function giveRole(tx: Tx, { now }: Deps, by: Member, { organizerId, was, role }: Step): Promise<void> {
  const becomesOwner = role === 'owner' && was !== 'owner'
  const ownerSince = becomesOwner ? { ownerSince: now() } : role === 'owner' ? {} : { ownerSince: null }
  await tx
    .update(memberships)
    .set({ role, ...ownerSince })
    .where(isMembership(by, organizerId))
  if (role !== 'owner') await dropInvitationsBy(tx, by, organizerId)
}

async function dropMember(tx: Tx, by: Member, organizerId: number): Promise<void> {
  await tx.delete(memberships).where(isMembership(by, organizerId))
  await dropInvitationsBy(tx, by, organizerId)
  const [gone] = await tx.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!gone) return
  await tx
    .delete(invitations)
    .where(
      and(eq(invitations.organizationId, by.organization.id), eq(invitations.emailDigest, gone.emailDigest)),
    )
}

/** Invitations are void once the inviter is no longer an owner. */
async function dropInvitationsBy(tx: Tx, { organization }: Member, organizerId: number): Promise<void> {
  await tx
    .delete(invitations)
    .where(and(eq(invitations.organizationId, organization.id), eq(invitations.invitedBy, organizerId)))
}

function entry({ now }: Deps, by: Member) {
  return { at: now(), by, organizationId: by.organization.id }
}
