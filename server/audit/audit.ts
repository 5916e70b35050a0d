import type { DbOrTx } from '../db/db.ts'
import { auditLog } from '../db/schema.ts'

/** Who acts: an organizer in a session, or null for the operator and for jobs. */
export interface Doer {
  organizerId: number
  sessionId: number
}

/** Everything that is written down. A name, once used, keeps its meaning. */
export type AuditAction =
  | 'organizer.sign-in'
  | 'organizer.sign-out'
  | 'session.end'
  | 'passkey.add'
  | 'passkey.remove'
  | 'recovery-codes.make'
  | 'passkey-reset.ask'
  | 'passkey-reset.approve'
  | 'passkey-reset.cancel'
  | 'organization.make'
  | 'organization.change'
  | 'member.invite'
  | 'member.join'
  | 'member.change-role'
  | 'member.remove'
  | 'invitation.cancel'
  | 'partner.invite'
  | 'partner.join'
  | 'partner.leave'
  | 'source.register'
  | 'source.remove'
  | 'campaign.make'
  | 'campaign.change'
  | 'campaign.open'
  | 'campaign.close'
  | 'campaign.reopen'
  | 'campaign.delete'
  | 'pledge-text.change'
  | 'chapter-request.approve'
  | 'chapter-request.decline'
  | 'exclusion.apply'
  | 'exclusion.undo'
  | 'export.make'
  | 'import.make'
  | 'offline-count.add'
  | 'offline-count.remove'

export interface AuditEntry {
  at: Date
  by: Doer | null
  action: AuditAction
  organizationId?: number
  campaignId?: number
  /** In words that name no signer; an organizer is named by id. */
  details?: Record<string, unknown>
}

/** Writes down what is done, in the transaction that does it. */
export async function writeDown(tx: DbOrTx, { by, ...entry }: AuditEntry): Promise<void> {
  await tx
    .insert(auditLog)
    .values({ ...entry, organizerId: by?.organizerId ?? null, sessionId: by?.sessionId ?? null })
}
