import { check, foreignKey, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { campaigns } from './campaigns.ts'
import { instant } from './columns.ts'

/** What became of a campaign's letters, by the hour: no address, and nothing that leads to one. */
export const mailTallies = pgTable(
  'mail_tallies',
  {
    campaignId: integer('campaign_id').notNull(),
    hour: instant('hour').notNull(),
    /** Taken by the mail server. */
    sent: integer('sent').notNull().default(0),
    /** Refused by the mail server for good. */
    bounced: integer('bounced').notNull().default(0),
  },
  (t) => [
    primaryKey({ name: 'mail_tallies_pkey', columns: [t.campaignId, t.hour] }),
    foreignKey({
      name: 'mail_tallies_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    check('mail_tallies_sent_check', sql`${t.sent} >= 0 and ${t.bounced} >= 0`),
  ],
)
