import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * Who did what, when, from which session. Append-only: a trigger refuses every update, delete and truncate, and no key
 * refers to other tables, so that nothing that is deleted takes its history along.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    organizationId: integer('organization_id'),
    campaignId: integer('campaign_id'),
    /** Null where the operator did it from a command line, or a job by itself. */
    organizerId: integer('organizer_id'),
    sessionId: integer('session_id'),
    /** `campaign.open`, `member.remove`: the list stands in `audit/audit.ts`. */
    action: text('action').notNull(),
    /** What it was done to, in words that name no signer. */
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    primaryKey({ name: 'audit_log_pkey', columns: [t.id] }),
    index('audit_log_organization_index').on(t.organizationId, t.id),
    index('audit_log_campaign_index').on(t.campaignId, t.id),
  ],
)
