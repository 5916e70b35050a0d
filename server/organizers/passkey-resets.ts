import { and, eq, gt, lte, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { Doer } from '../audit/audit.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { organizerSessions, passkeyResets, passkeys, recoveryCodes } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Actor, Member } from './actor.ts'
import type { PasskeyResetReceipt } from './contract.ts'
import { takeLink } from './links.ts'
import { noticeChange } from './notices.ts'
import { lockOrganizer, passkeysOf } from './passkeys.ts'
import { addResetNotices } from './reset-notices.ts'
import { afterTheWait, HOUR_MS, noLaterThan } from './waiting.ts'

/** A door that somebody asked for does not stand open for ever. */
const OPEN_DAYS = 7

type Reset = typeof passkeyResets.$inferSelect

/** The reset that an organizer asked for, unless nobody came through it for a week. */
export async function resetOf(db: DbOrTx, organizerId: number, now: Date): Promise<Reset | undefined> {
  const [row] = await db
    .select()
    .from(passkeyResets)
    .where(and(eq(passkeyResets.organizerId, organizerId), gt(passkeyResets.takesEffectAt, lapsedAt(now))))
  return row
}

export function lapsedAt(now: Date): Date {
  return new Date(now.getTime() - 24 * OPEN_DAYS * HOUR_MS)
}

export function isEffective({ takesEffectAt }: Reset, now: Date): boolean {
  return takesEffectAt <= now
}

interface Asking {
  link: string
  browser: string | undefined
}

/**
 * Somebody who reads her mail says that her passkeys are lost. In 72 hours the emailed link will be enough, unless she
 * or an owner says no; asking again changes nothing. All of them are told at once.
 * @throws Refusal `token-invalid`, `passkey-missing`
 */
export async function askForReset(deps: Deps, { link, browser }: Asking): Promise<PasskeyResetReceipt> {
  const now = deps.now()
  return await transaction(deps.db, async (tx) => {
    const organizerId = await takeLink(tx, { link, browser, now })
    await lockOrganizer(tx, organizerId)
    if ((await passkeysOf(tx, organizerId)).length === 0)
      throw new Refusal('passkey-missing', 'This account has no passkey yet: the link lets you in as it is.')
    const pending = await resetOf(tx, organizerId, now)
    const takesEffectAt = pending?.takesEffectAt ?? afterTheWait(now)
    if (pending) return { takesEffectAt: takesEffectAt.toISOString() }
    await tx.delete(passkeyResets).where(eq(passkeyResets.organizerId, organizerId))
    await tx.insert(passkeyResets).values({ organizerId, askedAt: now, takesEffectAt })
    await writeDown(tx, {
      at: now,
      by: null,
      action: 'passkey-reset.ask',
      details: { organizer: organizerId },
    })
    await addResetNotices(tx, deps.now(), [organizerId])
    return { takesEffectAt: takesEffectAt.toISOString() }
  })
}

/** She says no, from a session of hers. @throws Refusal `not-found` */
export async function cancelOwnReset({ db, now }: Deps, actor: Actor): Promise<void> {
  await transaction(db, async (tx) => {
    if (!(await endResetOf(tx, actor, now()))) throw noReset()
  })
}

/** Nothing is lost: by her own word, or because she used a passkey. @returns whether there was a reset */
export async function endResetOf(tx: Tx, by: Doer, at: Date): Promise<boolean> {
  return await endReset(tx, { organizerId: by.organizerId, by, at })
}

/** An owner of an organization that she is in says no. @throws Refusal `not-found` */
export async function cancelReset({ db, now }: Deps, owner: Member, organizerId: number): Promise<void> {
  await transaction(db, async (tx) => {
    const organizationId = await requireMemberWithReset(tx, owner, organizerId, now())
    if (!(await endReset(tx, { organizerId, by: owner, at: now(), organizationId }))) throw noReset()
  })
}

/**
 * Another owner knows that it is she: the next emailed link lets her in. Who owns only a part of what she works for
 * cannot open the rest to whoever reads her mail.
 * @throws Refusal `not-found`, `approval-not-hers`
 */
export async function approveReset({ db, now }: Deps, owner: Member, organizerId: number): Promise<void> {
  const at = now()
  await transaction(db, async (tx) => {
    const organizationId = await requireMemberWithReset(tx, owner, organizerId, at)
    if (
      organizerId === owner.organizerId ||
      !(await ownsAllThatSheWorksFor(tx, owner.organizerId, organizerId))
    ) {
      throw new Refusal(
        'approval-not-hers',
        'Only somebody else who owns every organization that this person works for can approve. Otherwise it takes the 72 hours.',
      )
    }
    await tx
      .update(passkeyResets)
      .set({
        approvedBy: owner.organizerId,
        takesEffectAt: noLaterThan(passkeyResets.takesEffectAt, at),
      })
      .where(eq(passkeyResets.organizerId, organizerId))
    const details = { organizer: organizerId }
    await writeDown(tx, { at, by: owner, action: 'passkey-reset.approve', organizationId, details })
    await noticeChange(tx, at, { organizerId, change: 'reset-approved' })
  })
}

/**
 * Comes through a reset that is effective: her passkeys, codes and sessions of before are no more.
 * @returns whether there was one
 */
export async function comeThroughReset(tx: Tx, organizerId: number, now: Date): Promise<boolean> {
  const [effective] = await tx
    .delete(passkeyResets)
    .where(
      and(
        eq(passkeyResets.organizerId, organizerId),
        lte(passkeyResets.takesEffectAt, now),
        gt(passkeyResets.takesEffectAt, lapsedAt(now)),
      ),
    )
    .returning({ id: passkeyResets.organizerId })
  if (!effective) return false
  await tx.delete(passkeys).where(eq(passkeys.organizerId, organizerId))
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.organizerId, organizerId))
  await tx.delete(organizerSessions).where(eq(organizerSessions.organizerId, organizerId))
  await noticeChange(tx, now, { organizerId, change: 'reset-used' })
  return true
}

interface Ending {
  organizerId: number
  by: Doer
  at: Date
  organizationId?: number
}

async function endReset(tx: Tx, { organizerId, by, at, organizationId }: Ending): Promise<boolean> {
  const [ended] = await tx
    .delete(passkeyResets)
    .where(eq(passkeyResets.organizerId, organizerId))
    .returning({ id: passkeyResets.organizerId })
  if (!ended) return false
  const of = { ...(organizationId && { organizationId }), details: { organizer: organizerId } }
  await writeDown(tx, { at, by, action: 'passkey-reset.cancel', ...of })
  await noticeChange(tx, at, { organizerId, change: 'reset-cancelled' })
  return true
}

async function requireMemberWithReset(
  tx: Tx,
  { organization }: Member,
  organizerId: number,
  now: Date,
): Promise<number> {
  await lockOrganizer(tx, organizerId)
  const { rows } = await tx.execute(sql`
    select from memberships where organization_id = ${organization.id} and organizer_id = ${organizerId}`)
  if (rows.length === 0 || !(await resetOf(tx, organizerId, now))) throw noReset()
  return organization.id
}

async function ownsAllThatSheWorksFor(tx: Tx, ownerId: number, organizerId: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from memberships hers
    where hers.organizer_id = ${organizerId} and hers.role in ('owner', 'editor') and not exists (
      select from memberships owned
      where owned.organization_id = hers.organization_id and owned.organizer_id = ${ownerId} and owned.role = 'owner')`)
  return rows.length === 0
}

function noReset(): Refusal {
  return new Refusal('not-found', 'There is no such request any more: it was taken back, or has been used.')
}
