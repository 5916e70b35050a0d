import { eq } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import { type DbOrTx, transaction, type Tx } from '../db/db.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { Actor } from './actor.ts'
import { knownBrowser } from './asks.ts'
import type { SessionRequest, SignInOffer, UsedPasskey } from './contract.ts'
import { organizerOfLink, takeLink } from './links.ts'
import { noticeChange } from './notices.ts'
import { openOrganizer, rememberLocale } from './organizer.ts'
import { counts, notePasskeyUse, proofOf } from './passkey-use.ts'
import { comeThroughReset, endResetOf, isEffective, resetOf } from './passkey-resets.ts'
import { lockOrganizer, passkeysOf } from './passkeys.ts'
import { useRecoveryCode } from './recovery-codes.ts'
import { endSession, endSessionIn, type NewSession, startSession, tokenHash } from './sessions.ts'

/** A browser that signs in. */
export interface Browser {
  /** The cookie it got when it asked. */
  token: string | undefined
  /** The cookie of the session it has. */
  session: string | undefined
  /** The cookie that says who has signed in with it before. */
  known: string | undefined
  /** "Firefox on Android". */
  device: string
  /** What it reads, as far as our letters speak it. */
  locale: string
}

/** The cookies of whoever has signed in. */
export interface SignedIn {
  session: string
  sessionId: number
  known: string
}

/** Says whose account a link opens, to the browser that asked for it, and uses nothing up. @throws Refusal `token-invalid` */
export async function showOffer(deps: Deps, link: string, browser: Browser): Promise<SignInOffer> {
  const now = deps.now()
  const organizerId = await organizerOfLink(deps.db, { link, browser: browser.token, now })
  const reset = await resetOf(deps.db, organizerId, now)
  const isOpen = reset !== undefined && isEffective(reset, now)
  return {
    email: await emailOf(deps, deps.db, organizerId),
    isEnough: isOpen || (await isLinkEnough(deps.db, organizerId)),
    ...(reset && { reset: { takesEffectAt: reset.takesEffectAt.toISOString(), isEffective: isOpen } }),
  }
}

/** Whoever has a passkey, whatever her role, is let in by it: a link shows only that somebody reads her mail. */
async function isLinkEnough(db: DbOrTx, organizerId: number): Promise<boolean> {
  return (await passkeysOf(db, organizerId)).length === 0
}

/**
 * Signs in by an emailed link, for whoever has a passkey with a recovery code besides, or through a reset that is
 * effective. A link that lets nobody in is not used up.
 * @throws Refusal `token-invalid`, `passkey-required`, `recovery-code-wrong`
 */
export async function signInByLink(
  deps: Deps,
  { link, recoveryCode }: SessionRequest,
  browser: Browser,
): Promise<SignedIn> {
  const now = deps.now()
  return await transaction(deps.db, async (tx) => {
    const organizerId = await takeLink(tx, { link, browser: browser.token, now })
    await lockOrganizer(tx, organizerId)
    const way = await wayIn(tx, { organizerId, recoveryCode, now })
    return await begin(deps, tx, { organizerId, way, now, browser })
  })
}

interface AtTheDoor {
  organizerId: number
  recoveryCode: string | undefined
  now: Date
}

async function wayIn(
  tx: Tx,
  { organizerId, recoveryCode, now }: AtTheDoor,
): Promise<'link' | 'recovery-code' | 'reset'> {
  if (await isLinkEnough(tx, organizerId)) return 'link'
  if (recoveryCode !== undefined) {
    await useRecoveryCode(tx, organizerId, recoveryCode)
    await noticeChange(tx, now, { organizerId, change: 'code-used' })
    return 'recovery-code'
  }
  if (await comeThroughReset(tx, organizerId, now)) return 'reset'
  throw new Refusal(
    'passkey-required',
    'This account has a passkey, so the link alone does not open it. Use the passkey, or a recovery code.',
  )
}

/** Signs in by a passkey. One that counts is not lost, so a reset that somebody asked for ends. @throws Refusal `passkey-refused` */
export async function signInByPasskey(deps: Deps, used: UsedPasskey, browser: Browser): Promise<SignedIn> {
  const browserHash = tokenHash(browser.token ?? '')
  const proof = await proofOf(deps, used, { purpose: 'sign-in', browserHash })
  const { organizerId } = proof.passkey
  return await transaction(deps.db, async (tx) => {
    await lockOrganizer(tx, organizerId)
    await notePasskeyUse(tx, proof)
    const isFresh = counts(proof)
    return await begin(deps, tx, { organizerId, way: 'passkey', isFresh, now: proof.at, browser })
  })
}

/**
 * Signs in whoever an invitation was mailed to, unless she has a passkey: then that alone lets her in. She is held, so
 * that a passkey which is added meanwhile counts.
 */
export async function comeIn(
  deps: Deps,
  tx: Tx,
  { organizerId, ...entering }: Omit<Beginning, 'way'>,
): Promise<SignedIn | undefined> {
  await lockOrganizer(tx, organizerId)
  if (!(await isLinkEnough(tx, organizerId))) return undefined
  return await begin(deps, tx, { organizerId, way: 'link', ...entering })
}

interface Beginning extends Omit<NewSession, 'device'> {
  browser: Browser
}

/** A session of its own, under a new token: one that the browser had before, or was made to have, is no more. */
async function begin(
  deps: Deps,
  tx: Tx,
  { organizerId, way, isFresh = false, now, browser }: Beginning,
): Promise<SignedIn> {
  await endSessionIn(tx, browser.session)
  await rememberLocale(tx, deps.keys, { organizerId, locale: browser.locale })
  const { token, id } = await startSession(tx, { organizerId, way, isFresh, device: browser.device, now })
  const by = { organizerId, sessionId: id }
  await writeDown(tx, { at: now, by, action: 'organizer.sign-in', details: { way } })
  if (isFresh) await endResetOf(tx, by, now)
  return {
    session: token,
    sessionId: id,
    known: knownBrowser(deps.keys, await emailOf(deps, tx, organizerId)),
  }
}

async function emailOf({ keys }: Deps, db: DbOrTx, organizerId: number): Promise<string> {
  const [row] = await db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) throw new Error(`organizer ${organizerId} is not there`)
  return openOrganizer(keys, row).email
}

export async function signOut({ db, now }: Deps, actor: Actor): Promise<void> {
  await transaction(db, async (tx) => {
    await endSession(tx, actor.organizerId, actor.sessionId)
    await writeDown(tx, { at: now(), by: actor, action: 'organizer.sign-out' })
  })
}
