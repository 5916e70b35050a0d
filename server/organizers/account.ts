import { count, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { transaction } from '../db/db.ts'
import { recoveryCodes } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Actor } from './actor.ts'
import type { Account } from './contract.ts'
import { openOrganizer } from './organizer.ts'
import { lapsedAt, resetOf } from './passkey-resets.ts'
import { passkeyId, passkeysOf } from './passkeys.ts'
import { endOtherSessions, endSession, sessionsOf } from './sessions.ts'

/** How an organizer signs in, where she is signed in, and what she is asked about the passkeys of others. */
export async function showAccount(deps: Deps, { organizerId, sessionId }: Actor): Promise<Account> {
  const { db, now } = deps
  const passkeys = await passkeysOf(db, organizerId)
  const sessions = await sessionsOf(db, organizerId, now())
  const reset = await resetOf(db, organizerId, now())
  return {
    passkeys: passkeys.map((passkey) => ({
      id: passkeyId(passkey),
      name: passkey.name,
      addedAt: passkey.addedAt.toISOString(),
      ...(passkey.usedAt && { usedAt: passkey.usedAt.toISOString() }),
      isBackedUp: passkey.isBackedUp,
      ...(passkey.countsFrom > now() && { countsFrom: passkey.countsFrom.toISOString() }),
    })),
    recoveryCodes: await codesLeft(deps, organizerId),
    sessions: sessions.map(({ id, way, device, startedAt, usedAt }) => ({
      id,
      way,
      device,
      isThis: id === sessionId,
      startedAt: startedAt.toISOString(),
      usedAt: usedAt.toISOString(),
    })),
    ...(reset && {
      reset: { askedAt: reset.askedAt.toISOString(), takesEffectAt: reset.takesEffectAt.toISOString() },
    }),
    resetsOfOthers: await resetsOfOthers(deps, organizerId),
  }
}

async function codesLeft({ db }: Deps, organizerId: number): Promise<number> {
  const [row] = await db
    .select({ left: count() })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.organizerId, organizerId))
  return row?.left ?? 0
}

interface ResetRow extends Record<string, unknown> {
  organizer_id: number
  email_digest: Buffer
  contact: Buffer
  organization: string
  asked_at: Date
  takes_effect_at: Date
  may_approve: boolean
}

async function resetsOfOthers({ db, keys, now }: Deps, ownerId: number): Promise<Account['resetsOfOthers']> {
  const { rows } = await db.execute<ResetRow>(sql`
    select distinct on (resets.organizer_id) resets.organizer_id, email_digest, contact,
      organizations.slug as organization, asked_at, takes_effect_at, not exists (
        select from memberships theirs
        where theirs.organizer_id = resets.organizer_id and theirs.role in ('owner', 'editor') and not exists (
          select from memberships owned where owned.organization_id = theirs.organization_id
            and owned.organizer_id = ${ownerId} and owned.role = 'owner')) as may_approve
    from passkey_resets resets join organizers on organizers.id = resets.organizer_id
    join memberships hers on hers.organizer_id = resets.organizer_id
    join memberships mine on mine.organization_id = hers.organization_id
    join organizations on organizations.id = hers.organization_id
    where mine.organizer_id = ${ownerId} and mine.role = 'owner' and resets.organizer_id <> ${ownerId}
      and takes_effect_at > ${lapsedAt(now()).toISOString()}::timestamptz
    order by resets.organizer_id`)
  return rows.map((row) => ({
    organizer: row.organizer_id,
    email: openOrganizer(keys, { emailDigest: row.email_digest, contact: row.contact }).email,
    organization: row.organization,
    askedAt: new Date(row.asked_at).toISOString(),
    takesEffectAt: new Date(row.takes_effect_at).toISOString(),
    mayApprove: row.may_approve,
  }))
}

/** @throws Refusal `not-found` */
export async function endOneSession({ db, now }: Deps, actor: Actor, sessionId: number): Promise<void> {
  await transaction(db, async (tx) => {
    if (!(await endSession(tx, actor.organizerId, sessionId)))
      throw new Refusal('not-found', 'That session has ended already.')
    await writeDown(tx, { at: now(), by: actor, action: 'session.end', details: { sessions: 1 } })
  })
}

export async function endAllOthers({ db, now }: Deps, actor: Actor): Promise<void> {
  await transaction(db, async (tx) => {
    const sessions = await endOtherSessions(tx, actor.session)
    if (sessions > 0)
      await writeDown(tx, { at: now(), by: actor, action: 'session.end', details: { sessions } })
  })
}
