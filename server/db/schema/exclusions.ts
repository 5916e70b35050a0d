import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { bytea, identity, instant } from './columns.ts'

/** What was seen of a flood: so much came within so many minutes, and so much before. */
export interface Seen {
  minutes: number
  now: { pledges: number; of: number }
  before: { pledges: number; of: number }
}

/**
 * What takes pledges out of the count, and the way back: an organizer's rule, or a hold, which begins by itself and waits
 * for an organizer to decide.
 */
export const exclusions = pgTable(
  'exclusions',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    /** The shape stands in `exclusions/contract.ts`; holds no address and no name of a signer. */
    rule: jsonb('rule').$type<Record<string, unknown>>().notNull(),
    /** Why, in the organizer's words. */
    note: text('note').notNull().default(''),
    state: text('state', { enum: ['applying', 'applied', 'undoing', 'undone'] }).notNull(),
    /** How many pledges it was to take out, as counted at the beginning, and how many it has moved so far. */
    found: integer('found').notNull(),
    moved: integer('moved').notNull().default(0),
    /** The organizer; of a hold, whoever decided that it stays. */
    madeBy: integer('made_by'),
    /** Of a hold: why. */
    reason: text('reason', { enum: ['disposable-domain', 'several-signs', 'domain', 'mail-host'] }),
    /** Of a hold: the digest of the domain or the host, or the reason in letters. */
    subject: bytea('subject'),
    seen: jsonb('seen').$type<Seen>(),
    madeAt: instant('made_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ name: 'exclusions_pkey', columns: [t.id] }),
    foreignKey({
      name: 'exclusions_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('exclusions_campaign_index').on(t.campaignId, t.id),
    // Also of one that was undone: so it is known that an organizer let it count.
    uniqueIndex('exclusions_subject_key')
      .on(t.campaignId, t.subject)
      .where(sql`${t.subject} is not null`),
    check('exclusions_reason_check', sql`(${t.reason} is null) = (${t.subject} is null)`),
    check('exclusions_made_by_check', sql`${t.madeBy} is not null or ${t.reason} is not null`),
    check('exclusions_state_check', sql`${t.state} in ('applying', 'applied', 'undoing', 'undone')`),
  ],
)

/**
 * The name of a mail domain, kept only while twice `smallest_shown` confirmed mailboxes share it: a vanity domain names
 * nobody.
 */
export const mailDomains = pgTable(
  'mail_domains',
  {
    campaignId: integer('campaign_id').notNull(),
    domainDigest: bytea('domain_digest').notNull(),
    domain: text('domain').notNull(),
    /** Whether as many of them confirmed more than a day ago, so that it may be shown and asked for. */
    isShown: boolean('is_shown').notNull().default(false),
  },
  (t) => [
    primaryKey({ name: 'mail_domains_pkey', columns: [t.campaignId, t.domainDigest] }),
    foreignKey({
      name: 'mail_domains_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

/** What DNS says of the mail of a domain, by the digests that pledges have: no name stands here. */
export const mailExchanges = pgTable(
  'mail_exchanges',
  {
    campaignId: integer('campaign_id').notNull(),
    domainDigest: bytea('domain_digest').notNull(),
    /** `unknown`: DNS gave no answer in time. */
    found: text('found', { enum: ['exchange', 'none', 'unknown'] }).notNull(),
    /** Of whoever takes its mail in; null where that is one who does so for everybody. */
    hostDigest: bytea('host_digest'),
    /** Whether the domain, or who takes its mail in, is on the list of throw-away mailboxes. */
    isListed: boolean('is_listed').notNull(),
    /** From then on it is looked up anew when somebody signs. */
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'mail_exchanges_pkey', columns: [t.campaignId, t.domainDigest] }),
    foreignKey({
      name: 'mail_exchanges_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('mail_exchanges_host_index').on(t.campaignId, t.hostDigest),
    check('mail_exchanges_found_check', sql`${t.found} in ('exchange', 'none', 'unknown')`),
  ],
)
