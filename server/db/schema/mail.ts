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
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { bytea, instant } from './columns.ts'

/**
 * The ledger: every email to one person, from the transaction that asks for it until its delivery window ends. It holds
 * which email, in which language and what it is about; never a rendered body, and never an address in the open.
 * No key refers to other tables: a rush of signatures writes thousands of rows a second.
 */
export const letters = pgTable(
  'letters',
  {
    /** Random. Names the letter in its Message-ID and in what a provider tells of it. */
    id: uuid('id').notNull(),
    /** As it was asked for: what becomes of it is composed when it is sent (`server/letters.ts`). */
    template: text('template').notNull(),
    locale: text('locale').notNull(),
    /** The pledge it is about, or nothing but its campaign, or neither. */
    campaignId: integer('campaign_id'),
    emailDigest: bytea('email_digest'),
    addressDigest: bytea('address_digest'),
    /** The update that it carries: one to each reader. */
    updateId: integer('update_id'),
    /** What else it is about: ids and codes of ours, nothing that was typed. */
    about: jsonb('about').$type<Record<string, unknown>>(),
    /** Whom it was let go to, from then on: a keyed digest, masked anew for each letter (`server/mail/suppressions.ts`). */
    mailboxDigest: bytea('mailbox_digest'),
    /** Where to, where no other row holds it: sealed by the server key, and erased once it is sent. */
    sealed: bytea('sealed'),
    state: text('state', {
      enum: [
        'queued',
        'held',
        'claimed',
        'sent',
        'delivered',
        'bounced',
        'spam-reported',
        'refused',
        'dropped',
      ],
    }).notNull(),
    askedAt: instant('asked_at').notNull(),
    /** Not before this. */
    dueAt: instant('due_at').notNull(),
    /** One of thousands: it goes once nobody waits for a letter of her own. */
    isBulk: boolean('is_bulk').notNull().default(false),
    /** How often it was refused for the time being. */
    attempts: smallint('attempts').notNull().default(0),
    /** The worker that has it under way; it holds a lock of that number for as long as it lives. */
    claimedBy: integer('claimed_by'),
    /** When it was taken by the mail server, or given up. */
    settledAt: instant('settled_at'),
    /** Why it was given up, in our words: `MailFailure`. */
    failure: text('failure'),
    /** What the last failure says, at once or later: `server/mail/classify-failure.ts`. Undefined where nothing failed. */
    verdict: text('verdict', {
      enum: ['no-such-mailbox', 'mailbox-full-or-temporary', 'refuses-us', 'unknown'],
    }),
  },
  (t) => [
    primaryKey({ name: 'letters_pkey', columns: [t.id] }),
    index('letters_due_index')
      .on(t.isBulk, t.dueAt)
      .where(sql`state = 'queued'`),
    index('letters_held_index')
      .on(t.campaignId)
      .where(sql`state = 'held'`),
    index('letters_claimed_index')
      .on(t.claimedBy)
      .where(sql`state = 'claimed'`),
    index('letters_refused_index')
      .on(t.campaignId, t.settledAt)
      .where(sql`state = 'refused'`),
    uniqueIndex('letters_update_key')
      .on(t.updateId, t.campaignId, t.addressDigest)
      .where(sql`update_id is not null`),
    index('letters_update_index')
      .on(t.updateId, t.state)
      .where(sql`update_id is not null`),
    check(
      'letters_state_check',
      sql`${t.state} in ('queued', 'held', 'claimed', 'sent', 'delivered', 'bounced', 'spam-reported', 'refused', 'dropped')`,
    ),
    check(
      'letters_verdict_check',
      sql`${t.verdict} in ('no-such-mailbox', 'mailbox-full-or-temporary', 'refuses-us', 'unknown')`,
    ),
    check('letters_claimed_check', sql`(${t.state} = 'claimed') = (${t.claimedBy} is not null)`),
    check('letters_pledge_check', sql`(${t.emailDigest} is null) = (${t.addressDigest} is null)`),
  ],
)

/** Mailboxes that get no mail. A digest under the deployment's key, of the exact address: nothing leads back to it. */
export const mailSuppressions = pgTable(
  'mail_suppressions',
  {
    mailboxDigest: bytea('mailbox_digest').notNull(),
    /** A digest of its domain, so that an operator can lift what a server said of all its mailboxes; of some it is not known. */
    domainDigest: bytea('domain_digest'),
    reason: text('reason', { enum: ['bounced', 'complained', 'asked'] }).notNull(),
    since: instant('since').notNull(),
  },
  (t) => [
    primaryKey({ name: 'mail_suppressions_pkey', columns: [t.mailboxDigest] }),
    index('mail_suppressions_domain_index')
      .on(t.domainDigest)
      .where(sql`reason = 'bounced'`),
    check('mail_suppressions_reason_check', sql`${t.reason} in ('bounced', 'complained', 'asked')`),
  ],
)

/** Domains whose servers refused our email in the last seven days, for the operator. */
export const mailRefusals = pgTable(
  'mail_refusals',
  {
    /** A keyed digest of the registrable domain. */
    domainDigest: bytea('domain_digest').notNull(),
    /** Its name, once five mailboxes of it were refused: the domain of one person names them. */
    domain: text('domain'),
    /** Keyed marks of the refused mailboxes, eight bytes each, until the domain has its name. */
    mailboxes: bytea('mailboxes').array().notNull(),
    refusals: integer('refusals').notNull(),
    firstAt: instant('first_at').notNull(),
    lastAt: instant('last_at').notNull(),
    /** Of the last refusal. */
    verdict: text('verdict', { enum: ['refuses-us', 'unknown'] }).notNull(),
    /** What the server said last, without addresses and names of the domain. */
    reply: text('reply').notNull(),
  },
  (t) => [
    primaryKey({ name: 'mail_refusals_pkey', columns: [t.domainDigest] }),
    check('mail_refusals_verdict_check', sql`${t.verdict} in ('refuses-us', 'unknown')`),
  ],
)

/** Calls of a provider that were taken, for longer than their signatures are good: each is taken once. */
export const providerCalls = pgTable(
  'provider_calls',
  {
    /** SHA-256 of what was signed. */
    digest: bytea('digest').notNull(),
    calledAt: instant('called_at').notNull(),
  },
  (t) => [primaryKey({ name: 'provider_calls_pkey', columns: [t.digest] })],
)

/** What mailboxes were sent in the last 24 hours because somebody typed their address; it goes when that is over. */
export const mailAllowances = pgTable(
  'mail_allowances',
  {
    /** Of the canonical email, under the server key. */
    mailboxDigest: bytea('mailbox_digest').notNull(),
    /** At most six, each with keyed marks of its address and campaign: `server/mail/packed-sends.ts`. */
    sends: bytea('sends').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'mail_allowances_pkey', columns: [t.mailboxDigest] }),
    index('mail_allowances_last_index').on(t.lastAt),
  ],
)

/** What became of a campaign's letters, by the hour: no address, and nothing that leads to one. */
export const mailTallies = pgTable(
  'mail_tallies',
  {
    campaignId: integer('campaign_id').notNull(),
    hour: instant('hour').notNull(),
    /** Taken by the mail server. */
    sent: integer('sent').notNull().default(0),
    /** Of those, taken by the mailbox's own server, where a provider tells. */
    delivered: integer('delivered').notNull().default(0),
    /** Refused for good, at once or later. */
    bounced: integer('bounced').notNull().default(0),
    /** Reported as spam by their readers. */
    spamReported: integer('spam_reported').notNull().default(0),
  },
  (t) => [
    primaryKey({ name: 'mail_tallies_pkey', columns: [t.campaignId, t.hour] }),
    foreignKey({
      name: 'mail_tallies_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    check(
      'mail_tallies_sent_check',
      sql`${t.sent} >= 0 and ${t.delivered} >= 0 and ${t.bounced} >= 0 and ${t.spamReported} >= 0`,
    ),
  ],
)
