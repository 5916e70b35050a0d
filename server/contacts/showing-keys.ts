import { asc, eq } from 'drizzle-orm'
import { organizationKeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Member } from '../organizers/actor.ts'
import type { OrganizationKeys } from './contract.ts'
import { currentKey } from './key.ts'
import { mayApprove } from './replacing-key.ts'

type Row = typeof organizationKeys.$inferSelect

/** The key that contacts are sealed to, the one that is to replace it, and those of before, the newest first. */
export async function showKeys({ db, now }: Deps, member: Member): Promise<OrganizationKeys> {
  const rows = await db
    .select()
    .from(organizationKeys)
    .where(eq(organizationKeys.organizationId, member.organization.id))
    .orderBy(asc(organizationKeys.askedAt))
  const current = currentKey(rows, now())
  const waiting = rows.find(({ takesEffectAt }) => takesEffectAt > now())
  return {
    ...(current && { current: { fingerprint: hexOf(current), since: current.takesEffectAt.toISOString() } }),
    ...(waiting && {
      waiting: {
        fingerprint: hexOf(waiting),
        askedAt: waiting.askedAt.toISOString(),
        takesEffectAt: waiting.takesEffectAt.toISOString(),
        isYours: waiting.askedBy === member.organizerId,
        mayApprove: await mayApprove(db, member, waiting),
      },
    }),
    former: rows
      .filter((row) => row !== current && row !== waiting)
      .toReversed()
      .map((row) => ({
        fingerprint: hexOf(row),
        since: row.takesEffectAt.toISOString(),
        until: replacedAt(rows, row).toISOString(),
      })),
  }
}

function hexOf({ fingerprint }: Row): string {
  return fingerprint.toString('hex')
}

function replacedAt(rows: Row[], { fingerprint }: Row): Date {
  const next = rows.find(({ replaces }) => replaces?.equals(fingerprint))
  if (!next) throw new Error('a former key that none replaced')
  return next.takesEffectAt
}
