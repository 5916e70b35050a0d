import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { type Tx, transaction } from '../db/db.ts'
import { organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Member } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import type { OrganizationChange } from './contract.ts'

export type NewOrganization = Omit<typeof organizations.$inferInsert, 'id'>

/** The organization of this slug, made where there is none yet. @returns the id */
export async function organizationOf(tx: Tx, organization: NewOrganization): Promise<number> {
  const [found] = await tx
    .insert(organizations)
    .values(organization)
    .onConflictDoUpdate({ target: organizations.slug, set: { slug: sql`excluded.slug` } })
    .returning({ id: organizations.id })
  if (!found) throw new Error('no organization was made')
  return found.id
}

/** A new organization, whose slug follows from its name; where that is taken, it is numbered. */
export async function makeOrganization(
  tx: Tx,
  { name, url }: { name: string; url?: string },
): Promise<{ id: number; slug: string }> {
  const wanted = slugOf(name)
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? wanted : `${wanted}-${n}`
    const [made] = await tx
      .insert(organizations)
      .values({ slug, name, url })
      .onConflictDoNothing({ target: organizations.slug })
      .returning({ id: organizations.id })
    if (made) return { id: made.id, slug }
  }
}

/** "Sí, ¡aquí!" is "si-aqui"; a name without a Latin letter is just "organization". */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain.replace(/[^a-z0-9]+/g, '-').slice(0, 60)
  return slug.replace(/^-+|-+$/g, '') || 'organization'
}

/**
 * Changes name and website, unless somebody else did since they were read.
 * @throws Refusal `link-invalid`, `changed-meanwhile`
 */
export async function changeOrganization(
  { db, now }: Deps,
  member: Member,
  { revision, ...change }: OrganizationChange,
): Promise<void> {
  const name = change.name.trim()
  const url = checkedUrl(change.url)
  const isThis = eq(organizations.id, member.organization.id)
  await transaction(db, async (tx) => {
    const [was] = await tx.select().from(organizations).where(isThis).for('no key update')
    if (!was) throw new Error(`${member.role} of an organization that is not there`)
    if (revisionOf(was) !== revision) {
      const detail = 'Somebody else changed this meanwhile. Look at what it says now, then change it again.'
      throw new Refusal('changed-meanwhile', detail)
    }
    await tx.update(organizations).set({ name, url }).where(isThis)
    await announceCampaigns(tx)
    await writeDown(tx, {
      at: now(),
      by: member,
      action: 'organization.change',
      organizationId: was.id,
      details: { name, ...(url && { url }), was: was.name },
    })
  })
}

/** Signers see it as a link. */
function checkedUrl(typed: string | undefined): string | null {
  if (!typed) return null
  const url = URL.parse(typed)
  if (url?.protocol === 'https:' && !url.username && !url.password) return url.href
  throw new Refusal('link-invalid', 'The website is an address that begins with https://', { field: 'url' })
}

/** Follows from all that can be changed, so that whoever saves says what she read. */
export function revisionOf({ name, url }: Pick<NewOrganization, 'name' | 'url'>): string {
  return createHash('sha256')
    .update(`${name}\0${url ?? ''}`)
    .digest('hex')
    .slice(0, 16)
}
