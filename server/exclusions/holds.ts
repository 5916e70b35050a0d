import { and, eq, inArray, sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { exclusions, type Seen } from '../db/schema/exclusions.ts'

export type HoldReason = NonNullable<(typeof exclusions.$inferSelect)['reason']>

/**
 * An exclusion that nobody made: what it is about is taken out of the count, and what comes in later, too, until an
 * organizer decides. Where she let it count, it stays as the note of that.
 */
export interface Hold {
  id: number
  reason: HoldReason
  subject: Buffer
  /** Whether it holds; else an organizer decided that all of it counts. */
  isOpen: boolean
  /** It leaves alone what was counted before. */
  from: Date | undefined
}

export interface NewHold {
  campaignId: number
  reason: HoldReason
  /** Where the reason does not say it all. */
  digest?: Buffer
  from?: Date
  seen?: Seen
}

/** What a hold is known by, once in each campaign. */
export function subjectOf({ reason, digest }: Pick<NewHold, 'reason' | 'digest'>): Buffer {
  if (!digest) return Buffer.from(reason)
  // The digest of a domain by itself, so that a pledge's own leads to it.
  return reason === 'domain' ? digest : Buffer.concat([Buffer.from(`${reason} `), digest])
}

/** Begins a hold, unless there is one, or was. */
export async function beginHold(db: DbOrTx, hold: NewHold, at: Date): Promise<void> {
  const { campaignId, reason, from, seen } = hold
  const rule = {
    ...(reason === 'disposable-domain' && { signal: reason }),
    ...(from && { from: from.toISOString() }),
  }
  await db
    .insert(exclusions)
    .values({
      campaignId,
      reason,
      subject: subjectOf(hold),
      rule,
      seen: seen ?? null,
      state: 'applied',
      found: 0,
      madeAt: at,
    })
    .onConflictDoNothing()
}

/** All holds of a campaign, or those of some subjects. */
export async function findHolds(db: DbOrTx, campaignId: number, subjects?: Buffer[]): Promise<Hold[]> {
  const rows = await db
    .select()
    .from(exclusions)
    .where(
      and(
        eq(exclusions.campaignId, campaignId),
        sql`${exclusions.subject} is not null`,
        subjects && inArray(exclusions.subject, subjects),
      ),
    )
    .orderBy(exclusions.id)
  return rows.flatMap(({ id, reason, subject, state, rule }) =>
    reason && subject
      ? [
          {
            id,
            reason,
            subject,
            isOpen: state === 'applied',
            from: rule.from ? new Date(rule.from as string) : undefined,
          },
        ]
      : [],
  )
}
