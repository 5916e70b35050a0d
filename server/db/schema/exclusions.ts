import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { campaigns } from './campaigns.ts'
import { bytea, identity, instant } from './columns.ts'

/** An organizer's rule that takes pledges out of the count, and the way back. */
export const exclusions = pgTable(
  'exclusions',
  {
    id: identity(),
    campaignId: integer('campaign_id').notNull(),
    /** The shape stands in `exclusions/contract.ts`; holds no address and no name of a signer. */
    rule: jsonb('rule').$type<Record<string, unknown>>().notNull(),
    /** Why, in the organizer's words. */
    note: text('note').notNull().default(''),
    state: text('state', { enum: ['applying', 'applied', 'undoing', 'undone'] }).notNull(),
    /** How many pledges it was to take out, as counted at the beginning, and how many it has moved so far. */
    found: integer('found').notNull(),
    moved: integer('moved').notNull().default(0),
    madeBy: integer('made_by').notNull(),
    madeAt: instant('made_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ name: 'exclusions_pkey', columns: [t.id] }),
    foreignKey({
      name: 'exclusions_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
    index('exclusions_campaign_index').on(t.campaignId, t.id),
    check('exclusions_state_check', sql`${t.state} in ('applying', 'applied', 'undoing', 'undone')`),
  ],
)

/** The name of a mail domain, kept only once `smallest_shown` pledges share it: a vanity domain names nobody. */
export const mailDomains = pgTable(
  'mail_domains',
  {
    campaignId: integer('campaign_id').notNull(),
    domainDigest: bytea('domain_digest').notNull(),
    domain: text('domain').notNull(),
  },
  (t) => [
    primaryKey({ name: 'mail_domains_pkey', columns: [t.campaignId, t.domainDigest] }),
    foreignKey({
      name: 'mail_domains_campaign_fkey',
      columns: [t.campaignId],
      foreignColumns: [campaigns.id],
    }).onDelete('cascade'),
  ],
)
