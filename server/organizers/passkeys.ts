import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { organizers, passkeys, recoveryCodes } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { type Actor, requireFresh } from './actor.ts'
import { keepChallenge, takeChallenge } from './challenges.ts'
import type { NewPasskey } from './contract.ts'
import { noticeFirstPasskey } from './first-passkey-notices.ts'
import { noticeChange } from './notices.ts'
import { openOrganizer } from './organizer.ts'
import { challengeToMake, type PasskeyRow, provenNew } from './passkey-proof.ts'
import { endOtherSessions, renewSession, type Session, tokenHash } from './sessions.ts'
import { afterTheWait, HOUR_MS } from './waiting.ts'

/** How long a session that a recovery code began may add a passkey. */
const RECOVERY_MINUTES = 30

/** As long as an invitation lives: a day after an account was made, its mailbox alone proves no more than that did. */
const NEW_ACCOUNT_HOURS = 24

export async function passkeysOf(db: DbOrTx, organizerId: number): Promise<PasskeyRow[]> {
  return await db
    .select()
    .from(passkeys)
    .where(eq(passkeys.organizerId, organizerId))
    .orderBy(asc(passkeys.addedAt), asc(passkeys.credentialId))
}

/** Names a passkey in addresses and lists: credential ids can be long. */
export function passkeyId({ credentialId }: Pick<PasskeyRow, 'credentialId'>): string {
  return tokenHash(credentialId).toString('base64url').slice(0, 22)
}

/** Whoever changes how an organizer signs in does so one after the other. */
export async function lockOrganizer(tx: Tx, organizerId: number): Promise<void> {
  await tx
    .select({ id: organizers.id })
    .from(organizers)
    .where(eq(organizers.id, organizerId))
    .for('no key update')
}

/** Begins to add a passkey. @throws Refusal `passkey-needed` */
export async function beginPasskey(deps: Deps, { organizerId, session }: Actor) {
  const known = await passkeysOf(deps.db, organizerId)
  requireMayAdd(session, known, deps.now())
  const [row] = await deps.db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) throw new Error(`a session of organizer ${organizerId}, who is not there`)
  const { email, name } = openOrganizer(deps.keys, row)
  const options = await challengeToMake(deps, { organizerId, email, name, known })
  await keepChallenge(deps, options.challenge, { purpose: 'add', browserHash: session.tokenHash })
  return options
}

/**
 * Adds a passkey. Making one is using it, so the session is fresh then, with a new token; not so while the first passkey
 * waits. The first one ends all other sessions: an emailed link was enough for those.
 * @returns the new token
 * @throws Refusal `passkey-refused`, `passkey-needed`, `passkey-known`
 */
export async function addPasskey(deps: Deps, actor: Actor, made: NewPasskey): Promise<string> {
  const { organizerId, session } = actor
  const { response } = made.credential
  const of = { purpose: 'add' as const, browserHash: session.tokenHash }
  const challenge = await takeChallenge(deps, response.clientDataJSON, of)
  const { credential, credentialBackedUp: isBackedUp } = await provenNew(deps, made, challenge)
  const now = deps.now()
  return await transaction(deps.db, async (tx) => {
    await lockOrganizer(tx, organizerId)
    const known = await passkeysOf(tx, organizerId)
    requireMayAdd(session, known, now)
    const countsFrom = known.length > 0 ? now : await firstCountsFrom(tx, session, now)
    await insertPasskey(tx, {
      countsFrom,
      credentialId: credential.id,
      organizerId,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: response.transports ?? [],
      isBackedUp,
      name: made.name.trim(),
      addedAt: now,
      usedAt: now,
    })
    if (known.length === 0) await endOtherSessions(tx, session)
    await writeDown(tx, { at: now, by: actor, action: 'passkey.add' })
    const waits = countsFrom > now
    const passkey = passkeyId({ credentialId: credential.id })
    if (waits) await noticeFirstPasskey(tx, now, { organizerId, passkey, countsFrom })
    else await noticeChange(tx, now, { organizerId, change: 'passkey-added' })
    return await renewSession(tx, session.id, { now, isFresh: !waits })
  })
}

/**
 * An emailed link is enough to add the first passkey, so by itself it would be enough for everything. The first one waits
 * while others can say no, unless the account is new, or its owner has waited for a reset already.
 */
async function firstCountsFrom(tx: Tx, { organizerId, way }: Session, now: Date): Promise<Date> {
  const newSince = new Date(now.getTime() - NEW_ACCOUNT_HOURS * HOUR_MS)
  const isNew = and(eq(organizers.id, organizerId), gt(organizers.joinedAt, newSince))
  return way === 'reset' || (await tx.$count(organizers, isNew)) > 0 ? now : afterTheWait(now)
}

async function insertPasskey(tx: Tx, passkey: PasskeyRow): Promise<void> {
  const inserted = await tx.insert(passkeys).values(passkey).onConflictDoNothing().returning()
  if (inserted.length === 0)
    throw new Refusal('passkey-known', 'This passkey is here already. Use another device, or another key.')
}

/** An emailed link is enough for the first one alone, and a recovery code for half an hour. */
function requireMayAdd(session: Session, known: PasskeyRow[], now: Date): void {
  const age = now.getTime() - session.startedAt.getTime()
  const isRecovering = session.way === 'recovery-code' && age < RECOVERY_MINUTES * 60_000
  if (known.length > 0 && !isRecovering) requireFresh({ session }, now)
}

/** @throws Refusal `not-found` */
export async function renamePasskey(
  { db }: Deps,
  { organizerId }: Actor,
  id: string,
  name: string,
): Promise<void> {
  const passkey = await requirePasskey(db, organizerId, id)
  await db.update(passkeys).set({ name: name.trim() }).where(isPasskey(passkey))
}

/**
 * Removes a passkey. Owners and editors keep at least one; of whoever has none any more, recovery codes go too.
 * @throws Refusal `not-found`, `last-passkey`
 */
export async function removePasskey(deps: Deps, actor: Actor, id: string): Promise<void> {
  const { organizerId } = actor
  await transaction(deps.db, async (tx) => {
    await lockOrganizer(tx, organizerId)
    const passkey = await requirePasskey(tx, organizerId, id)
    const isLast = (await passkeysOf(tx, organizerId)).length === 1
    if (isLast && (await isOwnerOrEditor(tx, organizerId)))
      throw new Refusal('last-passkey', 'This is your only passkey. Add another first, then remove this one.')
    await tx.delete(passkeys).where(isPasskey(passkey))
    if (isLast) await tx.delete(recoveryCodes).where(eq(recoveryCodes.organizerId, organizerId))
    await writeDown(tx, { at: deps.now(), by: actor, action: 'passkey.remove' })
    await noticeChange(tx, deps.now(), { organizerId, change: 'passkey-removed' })
  })
}

async function requirePasskey(db: DbOrTx, organizerId: number, id: string): Promise<PasskeyRow> {
  const found = (await passkeysOf(db, organizerId)).find((passkey) => passkeyId(passkey) === id)
  if (!found) throw new Refusal('not-found', 'There is no such passkey; it may have been removed already.')
  return found
}

function isPasskey({ credentialId, organizerId }: PasskeyRow) {
  return and(eq(passkeys.credentialId, credentialId), eq(passkeys.organizerId, organizerId))
}

async function isOwnerOrEditor(tx: Tx, organizerId: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from memberships where organizer_id = ${organizerId} and role in ('owner', 'editor') limit 1`)
  return rows.length > 0
}
