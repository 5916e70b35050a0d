import { sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { auditLog } from '../db/schema.ts'
import type { AuditAction } from './contract.ts'

/** Who acts: an organizer in a session, or null for the operator and for jobs. */
export interface Doer {
  organizerId: number
  /** Null where it was done before there was one. */
  sessionId: number | null
}

export interface AuditEntry {
  at: Date
  by: Doer | null
  action: AuditAction
  organizationId?: number
  campaignId?: number
  /** In words that name no signer; the organizer it was done to is named by id, as `organizer`. */
  details?: Record<string, unknown>
}

/**
 * Writes down what is done, in the transaction that does it. What is said of a campaign alone stands with its host
 * too, so that it outlives the campaign.
 */
export async function writeDown(tx: DbOrTx, { by, ...entry }: AuditEntry): Promise<void> {
  await tx.insert(auditLog).values({
    ...entry,
    organizationId: entry.organizationId ?? hostOf(entry.campaignId),
    organizerId: by?.organizerId ?? null,
    sessionId: by?.sessionId ?? null,
  })
}

function hostOf(campaignId: number | undefined) {
  return campaignId === undefined
    ? null
    : sql`(select organization_id from campaigns where id = ${campaignId})`
}
