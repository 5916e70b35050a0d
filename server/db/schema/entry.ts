import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { identity, instant } from './columns.ts'

/** Signatures on paper without addresses: shown apart and labelled, never part of a tally. */
export const offlineCounts = pgTable(
  'offline_counts',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    /** `NO_CAMPUS` for sheets of no campus. */
    campusId: integer('campus_id').notNull(),
    count: integer('count').notNull(),
    note: text('note').notNull(),
    enteredBy: integer('entered_by').notNull(),
    enteredAt: instant('entered_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'offline_counts_pkey', columns: [t.id] }),
    foreignKey({
      name: 'offline_counts_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('offline_counts_campaign_index').on(t.campaignId),
    check('offline_counts_count_check', sql`${t.count} > 0`),
  ],
)
