import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { bytea, identity, instant } from './columns.ts'
import { organizers } from './organizers.ts'

export const organizations = pgTable(
  'organizations',
  {
    id: identity(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    url: text('url'),
  },
  (t) => [
    primaryKey({ name: 'organizations_pkey', columns: [t.id] }),
    unique('organizations_slug_key').on(t.slug),
  ],
)

export const memberships = pgTable(
  'memberships',
  {
    organizationId: integer('organization_id').notNull(),
    organizerId: integer('organizer_id').notNull(),
    role: text('role', { enum: ['owner', 'editor', 'viewer'] }).notNull(),
    since: instant('since').notNull(),
    /** When this person last became an owner; null for everybody else. */
    ownerSince: instant('owner_since'),
  },
  (t) => [
    primaryKey({ name: 'memberships_pkey', columns: [t.organizationId, t.organizerId] }),
    foreignKey({
      name: 'memberships_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'memberships_organizer_fkey',
      columns: [t.organizerId],
      foreignColumns: [organizers.id],
    }).onDelete('cascade'),
    index('memberships_organizer_index').on(t.organizerId),
    check('memberships_role_check', sql`${t.role} in ('owner', 'editor', 'viewer')`),
    check('memberships_owner_since_check', sql`(${t.role} = 'owner') = (${t.ownerSince} is not null)`),
  ],
)

/** Asks somebody into an organization. The link is good once, for 24 hours, for the address it was sent to. */
export const invitations = pgTable(
  'invitations',
  {
    id: identity(),
    organizationId: integer('organization_id').notNull(),
    /** As in `organizers`. */
    emailDigest: bytea('email_digest').notNull(),
    contact: bytea('contact').notNull(),
    role: text('role', { enum: ['owner', 'editor', 'viewer'] }).notNull(),
    /** SHA-256 of the link's 32 random bytes. */
    tokenHash: bytea('token_hash').notNull(),
    /** Null where the operator invited the first owner. */
    invitedBy: integer('invited_by'),
    invitedAt: instant('invited_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'invitations_pkey', columns: [t.id] }),
    unique('invitations_token_hash_key').on(t.tokenHash),
    unique('invitations_email_key').on(t.organizationId, t.emailDigest),
    foreignKey({
      name: 'invitations_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    check('invitations_role_check', sql`${t.role} in ('owner', 'editor', 'viewer')`),
  ],
)
