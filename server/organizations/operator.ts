import { eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction, type Tx } from '../db/db.ts'
import { organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { FIRST_LOCALE, localeOf, organizerEmail } from '../organizers/organizer.ts'
import { Refusal } from '../refusal.ts'
import { invitationLetter, invitationUrl } from './invitation-email.ts'
import { inviteOwner } from './invitations.ts'
import { hasOwner, lockedMembers, roleOf } from './members.ts'
import { organizationOf } from './organization.ts'

export interface Wish {
  email: string
  /** Slug and name; both for an organization that is to be made, none where there is only one. */
  slug?: string | undefined
  name?: string | undefined
}

export interface Invited {
  email: string
  organization: string
  isNew: boolean
  url: string
}

/**
 * What `npm run organizer:invite` does: asks somebody to own an organization, which is made where it is not there yet.
 * @throws Refusal in words for the operator
 */
export async function inviteFromCommandLine(deps: Deps, { email: typed, ...wish }: Wish): Promise<Invited> {
  const email = organizerEmail(typed)
  return await transaction(deps.db, async (tx) => {
    const { id, name, isNew } = await wishedOrganization(tx, deps, wish)
    if ((await roleOf(tx, deps, { organizationId: id, email })) === 'owner') {
      const signIn = `${deps.publicUrl}/console/sign-in`
      throw new Refusal(
        'already-member',
        `${email} is an owner of ${name} already, and signs in at ${signIn}`,
      )
    }
    const locale = (await localeOf(tx, deps.keys, email)) ?? FIRST_LOCALE
    const invitation = await inviteOwner(tx, deps, { organizationId: id, email, locale })
    await invitationLetter(tx, deps, { ...invitation, email, locale })
    return { email, organization: name, isNew, url: invitationUrl(deps, invitation.token) }
  })
}

interface Wished {
  id: number
  name: string
  isNew: boolean
}

async function wishedOrganization(tx: Tx, deps: Deps, { slug, name }: Omit<Wish, 'email'>): Promise<Wished> {
  const known = await tx.select().from(organizations).orderBy(organizations.slug)
  const found = slug === undefined && known.length === 1 ? known[0] : known.find((one) => one.slug === slug)
  if (found) {
    if (name === undefined || name === found.name) return { ...found, isNew: false }
    throw refuse(`The organization ${found.slug} is there already, as "${found.name}": leave out --name.`)
  }
  if (slug === undefined || name === undefined) throw refuse(unclear(slug, known))
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) || slug.length > 80) {
    throw refuse('--organization is its name in addresses: small letters, digits and single hyphens.')
  }
  if (!/\S/.test(name) || name.length > 120 || /\p{Cc}/u.test(name)) {
    throw refuse('--name is the name that people read: one line of at most 120 characters.')
  }
  const id = await organizationOf(tx, { slug, name: name.trim() })
  await writeDown(tx, {
    at: deps.now(),
    by: null,
    action: 'organization.make',
    organizationId: id,
    details: { name },
  })
  return { id, name: name.trim(), isNew: true }
}

function unclear(slug: string | undefined, known: { slug: string; name: string }[]): string {
  const there = known.map((one) => `\n  ${one.slug}  (${one.name})`).join('')
  const make = 'To make one: --organization example-chapter --name "Example Chapter"'
  if (slug !== undefined) return `There is no organization ${slug}: say its --name too, and it is made.`
  return known.length === 0
    ? `There is no organization yet. ${make}`
    : `Say which: --organization and one of:${there}\n${make}`
}

function refuse(detail: string): Refusal {
  return new Refusal('invalid-request', detail)
}

/** Signs in to the made-up world of local mode; its letters are on the mailbox page. */
export const LOCAL_OWNER = 'organizer@example.org'

/** In local mode: the link that makes the first owner, a new one at each start; undefined once there is an owner. */
export async function firstOwnerUrl(deps: Deps, slug: string): Promise<string | undefined> {
  return await transaction(deps.db, async (tx) => {
    const [organization] = await tx.select().from(organizations).where(eq(organizations.slug, slug))
    if (!organization || hasOwner(await lockedMembers(tx, organization.id))) return undefined
    const { token } = await inviteOwner(tx, deps, {
      organizationId: organization.id,
      email: LOCAL_OWNER,
      locale: FIRST_LOCALE,
    })
    return invitationUrl(deps, token)
  })
}
