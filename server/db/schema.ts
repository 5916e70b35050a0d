/**
 * Every table, once. The words:
 *
 * campaign        a pledge drive
 * pledge text     its wording, versioned, per locale
 * pledge          one person's promise
 * signer          that person
 * campus          an institution of higher learning, named in URLs by its domain
 * organization    a chapter or partner
 * tally           confirmed count of a campus in a campaign
 * leaderboard     tallies ranked, as the public may see them
 * source          which embed, poster or link brought a pledge
 * contact         a signer's name and email
 * canonical email what counts as one mailbox
 * email digest    HMAC of the canonical email under the campaign's digest key: decides counting
 * address digest  HMAC of the exact address under the same key: decides mail
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  bigint,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const instant = (name: string) => timestamp(name, { withTimezone: true })
const identity = () => integer('id').generatedAlwaysAsIdentity()

/** `tallies.campus_id` and `tally_hours.campus_id` of signers who have no campus. */
export const NO_CAMPUS = 0

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

export const campaigns = pgTable(
  'campaigns',
  {
    id: identity(),
    organizationId: integer('organization_id').notNull(),
    slug: text('slug').notNull(),
    state: text('state', { enum: ['draft', 'open', 'closed'] }).notNull(),
    opensAt: instant('opens_at'),
    closesAt: instant('closes_at'),
    goal: integer('goal'),
    eligibility: text('eligibility', { enum: ['anyone', 'campus-email'] })
      .notNull()
      .default('anyone'),
    smallestShown: integer('smallest_shown').notNull().default(5),
    namesShownAfter: integer('names_shown_after').notNull().default(50),
    contactMode: text('contact_mode', { enum: ['count-only', 'contactable'] })
      .notNull()
      .default('count-only'),
    /** 32 random bytes, sealed by the server key: see `campaigns/digest-key.ts`. */
    digestKey: bytea('digest_key').notNull(),
    theme: jsonb('theme').$type<{ accent?: string }>().notNull().default({}),
    /** The made-up world of local mode: its mail goes to the mailbox page and nowhere else. */
    isDemo: boolean('is_demo').notNull().default(false),
  },
  (t) => [
    primaryKey({ name: 'campaigns_pkey', columns: [t.id] }),
    unique('campaigns_slug_key').on(t.slug),
    foreignKey({
      name: 'campaigns_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }),
    check('campaigns_state_check', sql`${t.state} in ('draft', 'open', 'closed')`),
    check('campaigns_eligibility_check', sql`${t.eligibility} in ('anyone', 'campus-email')`),
    check('campaigns_contact_mode_check', sql`${t.contactMode} in ('count-only', 'contactable')`),
    check('campaigns_smallest_shown_check', sql`${t.smallestShown} >= 2`),
    check('campaigns_names_shown_after_check', sql`${t.namesShownAfter} >= ${t.smallestShown}`),
    check('campaigns_goal_check', sql`${t.goal} > 0`),
    check('campaigns_dates_check', sql`${t.closesAt} > ${t.opensAt}`),
  ],
)

/** A version is never edited once it is signed: new wording is a new row. */
export const pledgeTexts = pgTable(
  'pledge_texts',
  {
    campaignId: integer('campaign_id').notNull(),
    locale: text('locale').notNull(),
    version: integer('version').notNull(),
    title: text('title').notNull(),
    /** The promise itself, one paragraph of plain text. */
    body: text('body').notNull(),
    /** Why, for the page around the promise: paragraphs of plain text, an empty line between. */
    reason: text('reason').notNull(),
    /** SHA-256 of title, body and reason, so that anybody can check what was signed. */
    textHash: bytea('text_hash').notNull(),
  },
  (t) => [
    primaryKey({ name: 'pledge_texts_pkey', columns: [t.campaignId, t.locale, t.version] }),
    foreignKey({
      name: 'pledge_texts_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

export const campuses = pgTable(
  'campuses',
  {
    id: identity(),
    /** Its public name in URLs: "gatech.edu". */
    domain: text('domain').notNull(),
    name: text('name').notNull(),
    shortName: text('short_name'),
    aliases: text('aliases').array().notNull().default([]),
    city: text('city'),
    region: text('region'),
    /** ISO 3166-1 alpha-2, where known. */
    country: text('country'),
    lat: doublePrecision('lat'),
    lon: doublePrecision('lon'),
    students: integer('students'),
    /** Names, aliases, initials and domain, folded to plain lower-case letters: what the type-ahead looks through. */
    search: text('search').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campuses_pkey', columns: [t.id] }),
    unique('campuses_domain_key').on(t.domain),
    index('campuses_search_index').using('gin', t.search.op('gin_trgm_ops')),
  ],
)

export const campusDomains = pgTable(
  'campus_domains',
  {
    domain: text('domain').notNull(),
    campusId: integer('campus_id').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campus_domains_pkey', columns: [t.domain] }),
    foreignKey({
      name: 'campus_domains_campus_fkey',
      columns: [t.campusId],
      foreignColumns: [campuses.id],
    }).onDelete('cascade'),
    index('campus_domains_campus_index').on(t.campusId),
  ],
)

/** What a campaign says about one campus. */
export const campaignCampuses = pgTable(
  'campaign_campuses',
  {
    campaignId: integer('campaign_id').notNull(),
    campusId: integer('campus_id').notNull(),
    goal: integer('goal'),
    chapterName: text('chapter_name'),
    nextSteps: jsonb('next_steps').$type<{ label: string; url: string }[]>().notNull().default([]),
  },
  (t) => [
    primaryKey({ name: 'campaign_campuses_pkey', columns: [t.campaignId, t.campusId] }),
    foreignKey({
      name: 'campaign_campuses_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'campaign_campuses_campus_fkey',
      columns: [t.campusId],
      foreignColumns: [campuses.id],
    }),
    check('campaign_campuses_goal_check', sql`${t.goal} > 0`),
  ],
)

/**
 * No serial id, no name, no address: who signed is known to `contact` alone, and that is erased on confirmation
 * unless the signer asked otherwise.
 */
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
    affiliation: text('affiliation', { enum: ['student', 'alum', 'staff', 'other'] }),
    textVersion: integer('text_version').notNull(),
    locale: text('locale').notNull(),
    source: text('source'),
    /** Names what the confirmation email listed: a link or code confirms only the choices that it was sent with. */
    choicesHash: bytea('choices_hash').notNull(),
    codeNonce: bytea('code_nonce').notNull(),
    signedAt: instant('signed_at').notNull(),
    confirmedAt: instant('confirmed_at'),
    withdrawnAt: instant('withdrawn_at'),
  },
  (t) => [
    primaryKey({ name: 'pledges_pkey', columns: [t.campaignId, t.emailDigest, t.addressDigest] }),
    uniqueIndex('pledges_one_counted_key')
      .on(t.campaignId, t.emailDigest)
      .where(sql`${t.state} in ('confirmed', 'excluded')`),
    foreignKey({
      name: 'pledges_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }),
    foreignKey({ name: 'pledges_campus_fkey', columns: [t.campusId], foreignColumns: [campuses.id] }),
    check('pledges_state_check', sql`${t.state} in ('pending', 'confirmed', 'withdrawn', 'excluded')`),
    check('pledges_affiliation_check', sql`${t.affiliation} in ('student', 'alum', 'staff', 'other')`),
    check('pledges_confirmed_at_check', sql`${t.state} <> 'confirmed' or ${t.confirmedAt} is not null`),
    check('pledges_forgotten_check', sql`${t.state} <> 'withdrawn' or ${t.contact} is null`),
    // None on what is pending: an hourly look through the table costs less than an index on every signature, and before
    // the first analyze the planner would take it for every confirmation.
    index('pledges_names_index')
      .on(t.campaignId, t.campusId, t.confirmedAt)
      .where(sql`${t.displayName} is not null`),
  ],
)

export const tallies = pgTable(
  'tallies',
  {
    campaignId: integer('campaign_id').notNull(),
    campusId: integer('campus_id').notNull(),
    confirmed: integer('confirmed').notNull(),
  },
  (t) => [
    primaryKey({ name: 'tallies_pkey', columns: [t.campaignId, t.campusId] }),
    check('tallies_confirmed_check', sql`${t.confirmed} >= 0`),
  ],
)

/** Totals by the hour: what is left of *when*, once a pledge keeps only its date. */
export const tallyHours = pgTable(
  'tally_hours',
  {
    campaignId: integer('campaign_id').notNull(),
    campusId: integer('campus_id').notNull(),
    hour: instant('hour').notNull(),
    confirmed: integer('confirmed').notNull(),
    created: integer('created').notNull(),
  },
  (t) => [primaryKey({ name: 'tally_hours_pkey', columns: [t.campaignId, t.campusId, t.hour] })],
)

/** Tries at a six-digit code, counted for any address typed, pledged or not, so that counting tells nothing. */
export const codeTries = pgTable(
  'code_tries',
  {
    campaignId: integer('campaign_id').notNull(),
    emailDigest: bytea('email_digest').notNull(),
    addressDigest: bytea('address_digest').notNull(),
    sinceMail: smallint('since_mail').notNull(),
    inAll: smallint('in_all').notNull(),
    triedAt: instant('tried_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'code_tries_pkey', columns: [t.campaignId, t.emailDigest, t.addressDigest] }),
    index('code_tries_tried_at_index').on(t.triedAt),
  ],
)

/** Wrong codes of a whole campaign in an hour: past the budget, only links confirm. */
export const codeFailures = pgTable(
  'code_failures',
  {
    campaignId: integer('campaign_id').notNull(),
    hour: instant('hour').notNull(),
    failures: integer('failures').notNull(),
  },
  (t) => [primaryKey({ name: 'code_failures_pkey', columns: [t.campaignId, t.hour] })],
)

/** The leaderboard as last published: every process shows this row, and none computes its own. */
export const leaderboards = pgTable(
  'leaderboards',
  {
    campaignId: integer('campaign_id').notNull(),
    version: bigint('version', { mode: 'number' }).notNull(),
    frame: jsonb('frame').notNull(),
    publishedAt: instant('published_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'leaderboards_pkey', columns: [t.campaignId] }),
    foreignKey({
      name: 'leaderboards_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

/** Which version of the campus directory stands in `campuses`. */
export const campusDirectory = pgTable(
  'campus_directory',
  {
    /** Always 1: there is one directory. */
    id: integer('id').notNull(),
    contentHash: text('content_hash').notNull(),
    loadedAt: instant('loaded_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campus_directory_pkey', columns: [t.id] }),
    check('campus_directory_one_check', sql`${t.id} = 1`),
  ],
)
