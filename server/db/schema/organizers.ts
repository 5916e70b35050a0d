import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import { bytea, identity, instant } from './columns.ts'

/** A person who signs in. Who it is stands in `contact` alone, sealed by the server key. */
export const organizers = pgTable(
  'organizers',
  {
    id: identity(),
    /** HMAC of the email under the deployment's key: finds the organizer who asks for a link. */
    emailDigest: bytea('email_digest').notNull(),
    /** `{email, name?}`, sealed: `organizers/organizer.ts`. */
    contact: bytea('contact').notNull(),
    joinedAt: instant('joined_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'organizers_pkey', columns: [t.id] }),
    unique('organizers_email_digest_key').on(t.emailDigest),
  ],
)

const ofOrganizer = (name: string, column: unknown) =>
  foreignKey({ name, columns: [column as never], foreignColumns: [organizers.id] }).onDelete('cascade')

/** Emailed links: good once, for ten minutes, in the browser that asked. */
export const signInLinks = pgTable(
  'sign_in_links',
  {
    /** SHA-256 of the link's 32 random bytes. */
    tokenHash: bytea('token_hash').notNull(),
    organizerId: integer('organizer_id').notNull(),
    /** SHA-256 of the cookie of the browser that asked. */
    browserHash: bytea('browser_hash').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'sign_in_links_pkey', columns: [t.tokenHash] }),
    ofOrganizer('sign_in_links_organizer_fkey', t.organizerId),
  ],
)

/** How often links were asked for, for each address that was typed and each hour, whether an organizer has it or not. */
export const signInAsks = pgTable(
  'sign_in_asks',
  {
    /** HMAC of the hour and the address: of another hour it is another. */
    digest: bytea('digest').notNull(),
    asks: integer('asks').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [primaryKey({ name: 'sign_in_asks_pkey', columns: [t.digest] })],
)

export const organizerSessions = pgTable(
  'organizer_sessions',
  {
    /** Names the session in lists and in the audit log; opens nothing. */
    id: identity(),
    /** SHA-256 of the cookie's 32 random bytes. */
    tokenHash: bytea('token_hash').notNull(),
    organizerId: integer('organizer_id').notNull(),
    /** By which way she signed in. */
    way: text('way', { enum: ['link', 'passkey', 'recovery-code', 'reset'] }).notNull(),
    /** "Firefox on Android", from the browser's own words; no address is kept. */
    device: text('device').notNull(),
    startedAt: instant('started_at').notNull(),
    usedAt: instant('used_at').notNull(),
    /** When a passkey was last used in it; null where none was. */
    passkeyAt: instant('passkey_at'),
  },
  (t) => [
    primaryKey({ name: 'organizer_sessions_pkey', columns: [t.id] }),
    unique('organizer_sessions_token_hash_key').on(t.tokenHash),
    ofOrganizer('organizer_sessions_organizer_fkey', t.organizerId),
    index('organizer_sessions_organizer_index').on(t.organizerId),
    check('organizer_sessions_way_check', sql`${t.way} in ('link', 'passkey', 'recovery-code', 'reset')`),
  ],
)

export const passkeys = pgTable(
  'passkeys',
  {
    /** base64url, as WebAuthn names it. */
    credentialId: text('credential_id').notNull(),
    organizerId: integer('organizer_id').notNull(),
    /** COSE. */
    publicKey: bytea('public_key').notNull(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: text('transports').array().notNull().default([]),
    isBackedUp: boolean('is_backed_up').notNull(),
    /** What its owner calls it: "phone". */
    name: text('name').notNull(),
    addedAt: instant('added_at').notNull(),
    /** From then on its use makes a session fresh. The first passkey of an older account waits. */
    countsFrom: instant('counts_from').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [
    primaryKey({ name: 'passkeys_pkey', columns: [t.credentialId] }),
    ofOrganizer('passkeys_organizer_fkey', t.organizerId),
    index('passkeys_organizer_index').on(t.organizerId),
  ],
)

/** Challenges of passkeys that are under way: each is good once, in the browser that asked. */
export const passkeyChallenges = pgTable(
  'passkey_challenges',
  {
    /** base64url. */
    challenge: text('challenge').notNull(),
    purpose: text('purpose', { enum: ['sign-in', 'add', 'confirm'] }).notNull(),
    /** SHA-256 of the cookie of the browser that asked: of its session, or before there is one, its sign-in cookie. */
    browserHash: bytea('browser_hash').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'passkey_challenges_pkey', columns: [t.challenge] }),
    check('passkey_challenges_purpose_check', sql`${t.purpose} in ('sign-in', 'add', 'confirm')`),
  ],
)

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    /** SHA-256 of at least 112 random bits; deleted by its use. */
    codeHash: bytea('code_hash').notNull(),
    organizerId: integer('organizer_id').notNull(),
    madeAt: instant('made_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'recovery_codes_pkey', columns: [t.codeHash] }),
    ofOrganizer('recovery_codes_organizer_fkey', t.organizerId),
    index('recovery_codes_organizer_index').on(t.organizerId),
  ],
)

/** Somebody lost every passkey: another owner approves, or 72 hours and notices pass, and the link signs in once more. */
export const passkeyResets = pgTable(
  'passkey_resets',
  {
    organizerId: integer('organizer_id').notNull(),
    askedAt: instant('asked_at').notNull(),
    takesEffectAt: instant('takes_effect_at').notNull(),
    /** The owner who vouched for it; null while time alone decides. */
    approvedBy: integer('approved_by'),
  },
  (t) => [
    primaryKey({ name: 'passkey_resets_pkey', columns: [t.organizerId] }),
    ofOrganizer('passkey_resets_organizer_fkey', t.organizerId),
  ],
)
