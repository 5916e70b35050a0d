import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, integer, jsonb, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
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
