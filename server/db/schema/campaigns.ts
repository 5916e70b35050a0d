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
  unique,
} from 'drizzle-orm/pg-core'
import { campuses } from './campuses.ts'
import { organizations } from './organizations.ts'
import { bytea, instant, identity } from './columns.ts'

export const campaigns = pgTable(
  'campaigns',
  {
    id: identity(),
    organizationId: integer('organization_id').notNull(),
    slug: text('slug').notNull(),
    state: text('state', { enum: ['draft', 'open', 'closed'] }).notNull(),
    opensAt: instant('opens_at'),
    closesAt: instant('closes_at'),
    /** When it was closed last; null while it is not, and where it closes by its date. */
    closedAt: instant('closed_at'),
    /** When its digest key was destroyed: nothing tells any more who signed, and it never opens again. */
    forgottenAt: instant('forgotten_at'),
    goal: integer('goal'),
    eligibility: text('eligibility', { enum: ['anyone', 'campus-email'] })
      .notNull()
      .default('anyone'),
    smallestShown: integer('smallest_shown').notNull().default(5),
    namesShownAfter: integer('names_shown_after').notNull().default(50),
    /** Whether one more shows at once, or a slow campus moves in steps. */
    pace: text('pace', { enum: ['live', 'steps'] })
      .notNull()
      .default('live'),
    contactMode: text('contact_mode', { enum: ['count-only', 'contactable'] })
      .notNull()
      .default('count-only'),
    /** Whether subject and sender of its mail name the campaign; without it a shoulder and a mail provider read neither. */
    mailNamesCampaign: boolean('mail_names_campaign').notNull().default(false),
    theme: jsonb('theme').$type<{ accent?: string }>().notNull().default({}),
    /** What it is offered in, the campaign's own first. Texts of others stay, for those who signed them. */
    locales: text('locales').array().notNull().default([]),
    /** Goes up by one with every change by an organizer, so that the second of two who edit at once is told. */
    revision: integer('revision').notNull().default(1),
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
    check('campaigns_pace_check', sql`${t.pace} in ('live', 'steps')`),
    check('campaigns_contact_mode_check', sql`${t.contactMode} in ('count-only', 'contactable')`),
    check('campaigns_smallest_shown_check', sql`${t.smallestShown} >= 2`),
    check('campaigns_names_shown_after_check', sql`${t.namesShownAfter} >= ${t.smallestShown}`),
    check('campaigns_goal_check', sql`${t.goal} > 0`),
    check(
      'campaigns_forgotten_check',
      sql`${t.forgottenAt} is null or (${t.state} = 'closed' and ${t.closedAt} is not null)`,
    ),
    check('campaigns_dates_check', sql`${t.closesAt} > ${t.opensAt}`),
  ],
)

/** What became of a campaign whose retention ended: what its runs did, for organizers to see. */
export const forgettings = pgTable(
  'forgettings',
  {
    campaignId: integer('campaign_id').notNull(),
    /** The last run. */
    ranAt: instant('ran_at').notNull(),
    /** Pledges that lead to nobody any more, over all runs; those that still do. */
    pledges: integer('pledges').notNull(),
    remaining: integer('remaining').notNull(),
    /** What the last run could not forget besides, in our words. */
    failures: text('failures').array().notNull(),
    /** When nothing was left. */
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ name: 'forgettings_pkey', columns: [t.campaignId] }),
    foreignKey({
      name: 'forgettings_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

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

/** What a text says in each locale of its campaign: `{"en": "…", "es": "…"}`. */
type Localized = Record<string, string>

/** The firms that a campaign names, each with a reason and where it can be read up. */
export const campaignTargets = pgTable(
  'campaign_targets',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    position: integer('position').notNull(),
    name: text('name').notNull(),
    reason: jsonb('reason').$type<Localized>().notNull(),
    /** https only. */
    sourceUrl: text('source_url').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campaign_targets_pkey', columns: [t.id] }),
    foreignKey({
      name: 'campaign_targets_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('campaign_targets_campaign_index').on(t.campaignId),
  ],
)

/** What a signer may promise on top of the pledge. Never edited once signed: retired, and a new one added. */
export const campaignClauses = pgTable(
  'campaign_clauses',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    position: integer('position').notNull(),
    words: jsonb('words').$type<Localized>().notNull(),
    retiredAt: instant('retired_at'),
  },
  (t) => [
    primaryKey({ name: 'campaign_clauses_pkey', columns: [t.id] }),
    foreignKey({
      name: 'campaign_clauses_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('campaign_clauses_campaign_index').on(t.campaignId),
  ],
)

/** Optional multiple-choice questions, three at most, whose answers are counted and never linked to a person. */
export const campaignQuestions = pgTable(
  'campaign_questions',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    position: integer('position').notNull(),
    words: jsonb('words').$type<Localized>().notNull(),
    /** Numbered from 1 in their order; a number keeps its meaning. */
    options: jsonb('options').$type<{ number: number; words: Localized }[]>().notNull(),
    retiredAt: instant('retired_at'),
  },
  (t) => [
    primaryKey({ name: 'campaign_questions_pkey', columns: [t.id] }),
    foreignKey({
      name: 'campaign_questions_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('campaign_questions_campaign_index').on(t.campaignId),
  ],
)

export const campaignLogos = pgTable(
  'campaign_logos',
  {
    campaignId: integer('campaign_id').notNull(),
    type: text('type', { enum: ['image/png', 'image/jpeg', 'image/webp'] }).notNull(),
    bytes: bytea('bytes').notNull(),
    /** SHA-256 of the bytes: its address changes with it. */
    hash: bytea('hash').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campaign_logos_pkey', columns: [t.campaignId] }),
    foreignKey({
      name: 'campaign_logos_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    check('campaign_logos_type_check', sql`${t.type} in ('image/png', 'image/jpeg', 'image/webp')`),
  ],
)
