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
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from './columns.ts'

export const pledges = pgTable(
  'pledges',
  {
    campaignId: integer('campaign_id').notNull(),
    emailDigest: bytea('email_digest').notNull(),
    addressDigest: bytea('address_digest').notNull(),
    /** Of the registrable mail domain: what is left to find floods by. */
    domainDigest: bytea('domain_digest').notNull(),
    state: text('state', { enum: ['pending', 'confirmed', 'withdrawn', 'excluded'] }).notNull(),
    campusId: integer('campus_id'),
    /** True where the address itself showed the campus, false where the signer chose it. */
    campusProven: boolean('campus_proven').notNull(),
    /** Name and email, sealed: `pledges/contact.ts`. */
    contact: bytea('contact'),
    listsName: boolean('lists_name').notNull(),
    wantsUpdates: boolean('wants_updates').notNull(),
    /** "Ada L.", kept only when confirmed and only for those who ticked it. */
    displayName: text('display_name'),
    /** The UTC day on which this name was listed at this campus; the public sees it from the next day on. */
    listedOn: date('listed_on', { mode: 'string' }),
    /** Organizers took the name off the list: this pledge is never listed again. */
    nameHidden: boolean('name_hidden').notNull().default(false),
    affiliation: text('affiliation', { enum: ['student', 'alum', 'staff', 'other'] }),
    textVersion: integer('text_version').notNull(),
    locale: text('locale').notNull(),
    source: text('source'),
    /** The optional clauses that she promised too: ids of `campaign_clauses`. Empty until confirmed. */
    clauses: integer('clauses').array().notNull().default([]),
    /** What was noticed while signing, for finding fakes: "disposable". */
    signals: text('signals').array().notNull().default([]),
    /** The exclusion that took it out of the count; it names the state to go back to together with `confirmed_at`. */
    exclusionId: integer('exclusion_id'),
    /**
     * The latest act of signing while it waits, and a random id of its own once it is confirmed: links and sessions name
     * it. A confirmed pledge does not keep the id that the email and the receipt carry, since mail logs hold it too.
     */
    signingId: uuid('signing_id').notNull().defaultRandom(),
    /** Whether the one reminder of a pledge that waits was asked for. */
    reminded: boolean('reminded').notNull().default(false),
    signedAt: instant('signed_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    withdrawnAt: instant('withdrawn_at'),
  },
  (t) => [
    primaryKey({ name: 'pledges_pkey', columns: [t.campaignId, t.emailDigest, t.addressDigest] }),
    uniqueIndex('pledges_one_counted_key')
      .on(t.campaignId, t.emailDigest)
      .where(sql`${t.state} in ('confirmed', 'excluded')`),
    // No foreign keys: they would lock a campaign's row and a campus' at every signature, which was a quarter of what one
    // costs. Triggers on both tables refuse to delete what a pledge names (decision 0022).
    check('pledges_state_check', sql`${t.state} in ('pending', 'confirmed', 'withdrawn', 'excluded')`),
    check('pledges_affiliation_check', sql`${t.affiliation} in ('student', 'alum', 'staff', 'other')`),
    check('pledges_confirmed_at_check', sql`${t.state} <> 'confirmed' or ${t.confirmedAt} is not null`),
    check('pledges_exclusion_check', sql`${t.state} <> 'excluded' or ${t.exclusionId} is not null`),
    index('pledges_exclusion_index')
      .on(t.exclusionId)
      .where(sql`${t.exclusionId} is not null`),
    check('pledges_name_hidden_check', sql`not ${t.nameHidden} or ${t.displayName} is null`),
    check('pledges_forgotten_check', sql`${t.state} <> 'withdrawn' or ${t.contact} is null`),
    // None on what is pending: an hourly look through the table costs less than an index on every signature, and before
    // the first analyze the planner would take it for every confirmation.
    index('pledges_names_index')
      .on(t.campaignId, t.campusId, t.listedOn)
      .where(sql`${t.displayName} is not null`),
  ],
)

/**
 * Acts of signing that wait for a confirmation. Several may wait for one pledge, each with an email of its own, and a
 * confirmation writes exactly one of them.
 */
export const signings = pgTable(
  'signings',
  {
    campaignId: integer('campaign_id').notNull(),
    emailDigest: bytea('email_digest').notNull(),
    addressDigest: bytea('address_digest').notNull(),
    /** Also the id of its email, and the receipt of the browser that signed. */
    signingId: uuid('signing_id').notNull(),
    /** Everything that a confirmation writes: `pledges/waiting-signing.ts`. Erased once any email of the pledge confirmed. */
    sealed: bytea('sealed'),
    /** Only the date, once nothing is sealed any more. */
    signedAt: instant('signed_at').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'signings_pkey',
      columns: [t.campaignId, t.emailDigest, t.addressDigest, t.signingId],
    }),
    // Whatever erases a pledge erases these.
    foreignKey({
      name: 'signings_pledge_fkey',
      columns: [t.campaignId, t.emailDigest, t.addressDigest],
      foreignColumns: [pledges.campaignId, pledges.emailDigest, pledges.addressDigest],
    }).onDelete('cascade'),
  ],
)

/** Tries at codes: of each receipt, and of everybody who has none, under `NO_RECEIPT`. */
export const codeTries = pgTable(
  'code_tries',
  {
    campaignId: integer('campaign_id').notNull(),
    emailDigest: bytea('email_digest').notNull(),
    addressDigest: bytea('address_digest').notNull(),
    receipt: uuid('receipt').notNull(),
    sinceMail: smallint('since_mail').notNull(),
    inAll: smallint('in_all').notNull(),
    triedAt: instant('tried_at').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'code_tries_pkey',
      columns: [t.campaignId, t.emailDigest, t.addressDigest, t.receipt],
    }),
    index('code_tries_tried_at_index').on(t.triedAt),
  ],
)

export const codeFailures = pgTable(
  'code_failures',
  {
    campaignId: integer('campaign_id').notNull(),
    hour: instant('hour').notNull(),
    failures: integer('failures').notNull(),
  },
  (t) => [primaryKey({ name: 'code_failures_pkey', columns: [t.campaignId, t.hour] })],
)
