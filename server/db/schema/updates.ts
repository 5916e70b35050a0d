import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { bytea, identity, instant } from './columns.ts'

/** The pledge up to which letters were written, in the order of the keys; null before the first. */
const place = { afterEmail: bytea('after_email'), afterAddress: bytea('after_address') }

/** What organizers write to those who asked to be written to. */
export const updates = pgTable(
  'updates',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    /** By locale of the campaign. While it is a draft, as it was typed. */
    words: jsonb('words').$type<Record<string, { subject: string; body: string }>>().notNull(),
    /** Null: whatever campus its readers have, or none. */
    campuses: integer('campuses').array(),
    state: text('state', {
      enum: ['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled'],
    }).notNull(),
    scheduledAt: instant('scheduled_at'),
    startedAt: instant('started_at'),
    pausedAt: instant('paused_at'),
    endedAt: instant('ended_at'),
    ...place,
    /** When the last key was reached. */
    spreadAt: instant('spread_at'),
    /** Readers when it began, and letters written since; `late` to those who confirmed afterwards. */
    found: integer('found').notNull().default(0),
    written: integer('written').notNull().default(0),
    late: integer('late').notNull().default(0),
    /** Up to when those who confirm were looked for. */
    lateUntil: instant('late_until'),
    /** Of the letters written, as they stood when all had left; before that the ledger tells. */
    sent: integer('sent').notNull().default(0),
    refused: integer('refused').notNull().default(0),
    /** Test letters asked for. */
    tests: smallint('tests').notNull().default(0),
    madeBy: integer('made_by').notNull(),
    madeAt: instant('made_at').notNull(),
    /** Who changed it last, and when that was written down in the audit log. */
    changedBy: integer('changed_by').notNull(),
    notedAt: instant('noted_at').notNull(),
    revision: integer('revision').notNull().default(1),
  },
  (t) => [
    primaryKey({ name: 'updates_pkey', columns: [t.id] }),
    foreignKey({
      name: 'updates_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('updates_campaign_index').on(t.campaignId, t.id),
    check(
      'updates_state_check',
      sql`${t.state} in ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')`,
    ),
    check('updates_scheduled_check', sql`${t.state} <> 'scheduled' or ${t.scheduledAt} is not null`),
    check(
      'updates_started_check',
      sql`${t.state} not in ('sending', 'paused', 'sent') or (${t.startedAt} is not null and ${t.lateUntil} is not null)`,
    ),
  ],
)

/** That an organizer wants signers to be told of milestones; no row: she does not. */
export const milestoneWishes = pgTable(
  'milestone_wishes',
  {
    campaignId: integer('campaign_id').notNull(),
    since: instant('since').notNull(),
    wishedBy: integer('wished_by').notNull(),
  },
  (t) => [
    primaryKey({ name: 'milestone_wishes_pkey', columns: [t.campaignId] }),
    foreignKey({
      name: 'milestone_wishes_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

/** A number that a campus reached, or the whole campaign: each is told of once, or never. */
export const milestones = pgTable(
  'milestones',
  {
    campaignId: integer('campaign_id').notNull(),
    /** `NO_CAMPUS`: the goal of the whole campaign. */
    campusId: integer('campus_id').notNull(),
    step: integer('step').notNull(),
    what: text('what', { enum: ['step', 'campus-goal', 'campaign-goal'] }).notNull(),
    /** `awaited`: a goal that was not reached yet when it was first seen. `passed`: nobody is told of it. */
    state: text('state', { enum: ['awaited', 'reached', 'passed', 'sending', 'sent'] }).notNull(),
    reachedAt: instant('reached_at'),
    ...place,
    written: integer('written').notNull().default(0),
  },
  (t) => [
    primaryKey({ name: 'milestones_pkey', columns: [t.campaignId, t.campusId, t.step] }),
    foreignKey({
      name: 'milestones_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    check('milestones_what_check', sql`${t.what} in ('step', 'campus-goal', 'campaign-goal')`),
    check('milestones_state_check', sql`${t.state} in ('awaited', 'reached', 'passed', 'sending', 'sent')`),
    check('milestones_step_check', sql`${t.step} > 0`),
  ],
)
