import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  unique,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from './columns.ts'
import { organizations } from './organizations.ts'
import { pledges } from './pledges.ts'

/**
 * The keys that contacts are sealed to, made in an owner's browser: the private half is here only as her passphrase
 * wraps it. Of an organization's keys each replaces the one before, at once or once a wait is over; none is ever
 * deleted that anything could have been sealed to.
 */
export const organizationKeys = pgTable(
  'organization_keys',
  {
    organizationId: integer('organization_id').notNull(),
    /** SHA-256 of the public key. */
    fingerprint: bytea('fingerprint').notNull(),
    /** Curve25519. */
    publicKey: bytea('public_key').notNull(),
    /** Argon2id and a secret box of libsodium, made in the owner's browser; opaque here. */
    wrappedKey: bytea('wrapped_key').notNull(),
    /** The fingerprint of the key before; null for an organization's first. */
    replaces: bytea('replaces'),
    askedBy: integer('asked_by').notNull(),
    askedAt: instant('asked_at').notNull(),
    takesEffectAt: instant('takes_effect_at').notNull(),
    /** The other owner who vouched for it; null while time alone decides. */
    approvedBy: integer('approved_by'),
  },
  (t) => [
    primaryKey({ name: 'organization_keys_pkey', columns: [t.organizationId, t.fingerprint] }),
    unique('organization_keys_replaces_key').on(t.organizationId, t.replaces).nullsNotDistinct(),
    foreignKey({
      name: 'organization_keys_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'organization_keys_replaces_fkey',
      columns: [t.organizationId, t.replaces],
      foreignColumns: [t.organizationId, t.fingerprint],
    }),
    check('organization_keys_public_key_check', sql`octet_length(${t.publicKey}) = 32`),
    check('organization_keys_fingerprint_check', sql`${t.fingerprint} = sha256(${t.publicKey})`),
  ],
)

/** Who a signer is, sealed to an organization she shares that with: nobody opens it without that organization's key. */
export const sealedContacts = pgTable(
  'sealed_contacts',
  {
    campaignId: integer('campaign_id').notNull(),
    emailDigest: bytea('email_digest').notNull(),
    addressDigest: bytea('address_digest').notNull(),
    organizationId: integer('organization_id').notNull(),
    fingerprint: bytea('fingerprint').notNull(),
    /** `{email, name?}` in a libsodium sealed box. */
    box: bytea('box').notNull(),
    /** UTC. */
    day: date('day').notNull(),
    /** Whether the organization has taken it out: then a copy is beyond our reach. */
    isTaken: boolean('is_taken').notNull().default(false),
  },
  (t) => [
    primaryKey({
      name: 'sealed_contacts_pkey',
      columns: [t.campaignId, t.emailDigest, t.addressDigest, t.organizationId],
    }),
    // Whatever erases a pledge erases these.
    foreignKey({
      name: 'sealed_contacts_pledge_fkey',
      columns: [t.campaignId, t.emailDigest, t.addressDigest],
      foreignColumns: [pledges.campaignId, pledges.emailDigest, pledges.addressDigest],
    }).onDelete('cascade'),
    foreignKey({
      name: 'sealed_contacts_key_fkey',
      columns: [t.organizationId, t.fingerprint],
      foreignColumns: [organizationKeys.organizationId, organizationKeys.fingerprint],
    }),
    index('sealed_contacts_organization_index').on(t.organizationId, t.campaignId),
  ],
)
