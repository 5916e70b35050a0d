import { sql } from 'drizzle-orm'
import { check, foreignKey, integer, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { instant } from './columns.ts'
import { organizations } from './organizations.ts'

/** Kill switches that are on: for one campaign, for all that an organization hosts, or, naming neither, for all there are. */
export const switches = pgTable(
  'switches',
  {
    name: text('name', {
      enum: ['closed-signing', 'paused-mail', 'frozen-leaderboard', 'raised-captcha'],
    }).notNull(),
    organizationId: integer('organization_id'),
    campaignId: integer('campaign_id'),
    since: instant('since').notNull(),
  },
  (t) => [
    unique('switches_key').on(t.name, t.organizationId, t.campaignId).nullsNotDistinct(),
    foreignKey({
      name: 'switches_organization_fkey',
      columns: [t.organizationId],
      foreignColumns: [organizations.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'switches_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    check(
      'switches_name_check',
      sql`${t.name} in ('closed-signing', 'paused-mail', 'frozen-leaderboard', 'raised-captcha')`,
    ),
    check('switches_scope_check', sql`${t.organizationId} is null or ${t.campaignId} is null`),
  ],
)
