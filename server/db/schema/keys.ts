import { sql } from 'drizzle-orm'
import { check, date, foreignKey, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { bytea, instant } from './columns.ts'

// Keys alone stand in these tables, so that a backup can leave them out: docs/keys.md.

/** The key of what outlives a SECRET_KEY: digests that are looked up, links that stop mail. One row. */
export const deploymentKeys = pgTable(
  'deployment_keys',
  {
    name: text('name').notNull(),
    /** 32 random bytes, sealed by the server key. */
    key: bytea('key').notNull(),
    /** When `keys:rotate` last found something to seal anew; null where it never has. */
    rotatedAt: instant('rotated_at'),
  },
  (t) => [
    primaryKey({ name: 'deployment_keys_pkey', columns: [t.name] }),
    check('deployment_keys_name_check', sql`${t.name} = 'deployment'`),
  ],
)

/** The key under which a campaign's addresses become digests. It goes when the campaign's retention ends, and with it who signed. */
export const campaignKeys = pgTable(
  'campaign_keys',
  {
    campaignId: integer('campaign_id').notNull(),
    /** 32 random bytes, sealed by the server key together with the slug: see `campaigns/digest-key.ts`. */
    digestKey: bytea('digest_key').notNull(),
  },
  (t) => [
    primaryKey({ name: 'campaign_keys_pkey', columns: [t.campaignId] }),
    foreignKey({
      name: 'campaign_keys_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)

/** The key under which contacts wait that came on a day, sealed by the server key. It goes when the day is eight days ago. */
export const contactKeys = pgTable(
  'contact_keys',
  {
    /** UTC. */
    day: date('day').notNull(),
    /** 32 random bytes. */
    key: bytea('key').notNull(),
  },
  (t) => [primaryKey({ name: 'contact_keys_pkey', columns: [t.day] })],
)
