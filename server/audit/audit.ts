import { and, eq, gt, isNotNull, sql } from 'drizzle-orm'
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

const DAY_MS = 24 * 3_600_000

/** How often organizers did it within a day, to one campaign or one organization: what is written down is what limits them. */
export async function timesToday(
  tx: DbOrTx,
  {
    at,
    action,
    ...of
  }: Pick<AuditEntry, 'at' | 'action'> & ({ campaignId: number } | { organizationId: number }),
): Promise<number> {
  const [done] = await tx
    .select({ times: sql<number>`count(*)::int` })
    .from(auditLog)
    .where(
      and(
        'campaignId' in of
          ? eq(auditLog.campaignId, of.campaignId)
          : eq(auditLog.organizationId, of.organizationId),
        eq(auditLog.action, action),
        isNotNull(auditLog.organizerId),
        gt(auditLog.at, new Date(at.getTime() - DAY_MS)),
      ),
    )
  return done?.times ?? 0
}
