import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { campuses } from './campuses.ts'
import { bytea, identity, instant } from './columns.ts'
import { organizations } from './organizations.ts'

/** An organization that carries a campaign with its host; leaving deletes the row, and its access with it. */
export const campaignPartners = pgTable(
  'campaign_partners',
  {
    campaignId: integer('campaign_id').notNull(),
    organizationId: integer('organization_id').notNull(),
    joinedAt: instant('joined_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campaign_partners_pkey', columns: [t.campaignId, t.organizationId] }),
    foreignKey({
      name: 'campaign_partners_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'campaign_partners_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    index('campaign_partners_organization_index').on(t.organizationId),
  ],
)

/** Asks an organization into a coalition, through an owner of it who may not be an organizer yet. */
export const partnerInvitations = pgTable(
  'partner_invitations',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    organizationName: text('organization_name').notNull(),
    /** As in `organizers`. */
    emailDigest: bytea('email_digest').notNull(),
    contact: bytea('contact').notNull(),
    /** SHA-256 of the link's 32 random bytes. */
    tokenHash: bytea('token_hash').notNull(),
    invitedBy: integer('invited_by').notNull(),
    invitedAt: instant('invited_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'partner_invitations_pkey', columns: [t.id] }),
    unique('partner_invitations_token_hash_key').on(t.tokenHash),
    unique('partner_invitations_email_key').on(t.campaignId, t.emailDigest),
    foreignKey({
      name: 'partner_invitations_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

/**
 * Which embed, poster or link brought a pledge. Only what is registered here is kept with a pledge. A code stays its
 * organization's for good: given to another, it would take pledges along.
 */
export const sources = pgTable(
  'sources',
  {
    campaignId: integer('campaign_id').notNull(),
    /** As in `?source=`: "ydsa-gt". */
    code: text('code').notNull(),
    /** Whose share of the count it is. */
    organizationId: integer('organization_id').notNull(),
    /** For organizers: "Poster at the library". */
    name: text('name').notNull(),
    registeredAt: instant('registered_at').notNull(),
    /** No longer kept with new pledges, and shown nowhere. */
    retiredAt: instant('retired_at'),
  },
  (t) => [
    primaryKey({ name: 'sources_pkey', columns: [t.campaignId, t.code] }),
    foreignKey({
      name: 'sources_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'sources_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }),
    index('sources_organization_index').on(t.organizationId),
    check('sources_code_check', sql`${t.code} ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(${t.code}) <= 40`),
  ],
)

/**
 * A student asks to lead the drive at a campus that has no chapter yet. `unconfirmed` until she presses the button
 * behind the link that was mailed to her; organizers see what is `asked`.
 */
export const chapterRequests = pgTable(
  'chapter_requests',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    campusId: integer('campus_id').notNull(),
    /** HMAC of the address under the campaign's digest key: of one person and campus, organizers see one request. */
    addressDigest: bytea('address_digest').notNull(),
    /** Random: the link names it, and confirms no other request that was sent for the address. */
    requestId: uuid('request_id').notNull(),
    /** `{email, name, about?}`, sealed by the server key; erased when it is decided. */
    contact: bytea('contact'),
    state: text('state', { enum: ['unconfirmed', 'asked', 'approved', 'declined'] }).notNull(),
    askedAt: instant('asked_at').notNull(),
    decidedAt: instant('decided_at'),
  },
  (t) => [
    primaryKey({ name: 'chapter_requests_pkey', columns: [t.id] }),
    unique('chapter_requests_request_key').on(t.requestId),
    uniqueIndex('chapter_requests_person_key')
      .on(t.campaignId, t.campusId, t.addressDigest)
      .where(sql`${t.state} <> 'unconfirmed'`),
    foreignKey({
      name: 'chapter_requests_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'chapter_requests_campus_fkey',
      columns: [t.campusId],
      foreignColumns: [campuses.id],
    }),
    check(
      'chapter_requests_state_check',
      sql`${t.state} in ('unconfirmed', 'asked', 'approved', 'declined')`,
    ),
  ],
)
