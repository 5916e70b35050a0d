import { sql } from 'drizzle-orm'
import { bigint, check, date, foreignKey, integer, jsonb, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { campaignQuestions, campaigns } from './campaigns.ts'
import { instant } from './columns.ts'

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

/**
 * New pledges as they are counted: rows that are only ever added, since a rush of signatures would wait for each other at
 * the hours of their campuses. Every minute they are taken over into `tally_hours`; until then whoever reads hours reads both.
 */
export const createdHours = pgTable('created_hours', {
  campaignId: integer('campaign_id').notNull(),
  campusId: integer('campus_id').notNull(),
  hour: instant('hour').notNull(),
  created: integer('created').notNull(),
})

/**
 * Up to which listed name a campus shows names on a day. Nobody who comes after it takes the place of a name that leaves
 * the list on that day. A row exists only where more names are listed than are shown.
 */
export const dailyNames = pgTable(
  'daily_names',
  {
    campaignId: integer('campaign_id').notNull(),
    campusId: integer('campus_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    /** The `listed_on` of the last name. */
    lastListedOn: date('last_listed_on', { mode: 'string' }).notNull(),
    /** The first 16 bits of its email digest: too few to find one signer among others. */
    lastMark: integer('last_mark').notNull(),
  },
  (t) => [
    primaryKey({ name: 'daily_names_pkey', columns: [t.campaignId, t.campusId] }),
    foreignKey({
      name: 'daily_names_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

export const leaderboards = pgTable(
  'leaderboards',
  {
    campaignId: integer('campaign_id').notNull(),
    version: bigint('version', { mode: 'number' }).notNull(),
    frame: jsonb('frame').notNull(),
    publishedAt: instant('published_at').notNull(),
    /** When what moves in steps last moved: see `leaderboards/steps.ts`. */
    steppedAt: instant('stepped_at'),
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

/** How often each answer to a question was given by those who confirmed; nothing links it to a pledge. */
export const answerTallies = pgTable(
  'answer_tallies',
  {
    questionId: integer('question_id').notNull(),
    /** The option's number. */
    option: integer('option').notNull(),
    confirmed: integer('confirmed').notNull(),
  },
  (t) => [
    primaryKey({ name: 'answer_tallies_pkey', columns: [t.questionId, t.option] }),
    foreignKey({
      name: 'answer_tallies_question_fkey',
      columns: [t.questionId],
      foreignColumns: [campaignQuestions.id],
    }).onDelete('cascade'),
    check('answer_tallies_confirmed_check', sql`${t.confirmed} > 0`),
  ],
)
