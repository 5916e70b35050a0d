import { createHash, randomBytes } from 'node:crypto'
import { and, desc, eq, gt, lt, ne } from 'drizzle-orm'
import type { Db, DbOrTx } from '../db/db.ts'
import { organizerSessions } from '../db/schema.ts'

export const IDLE_HOURS = 12
export const LIFETIME_DAYS = 7
/** How long a passkey that was used vouches for exports, deletions, roles and keys. */
export const FRESH_MINUTES = 10

const TOKEN_BYTES = 32

/** How often the last use is noted: not at every request. */
const NOTED_EVERY_MS = 60_000
const HOUR_MS = 3_600_000

/** By which way somebody signed in. */
type Way = (typeof organizerSessions.$inferSelect)['way']

export interface Session {
  id: number
  /** What is kept of its cookie. */
  tokenHash: Buffer
  organizerId: number
  way: Way
  startedAt: Date
  passkeyAt: Date | null
}

export interface NewSession {
  organizerId: number
  way: Way
  /** Whether a passkey that counts was used. Left out, it was if a passkey was used at all. */
  isFresh?: boolean
  /** "Firefox on Android". */
  device: string
  now: Date
}

/** What is kept of a random token: whoever reads the table cannot use it. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** 256 random bits, base64url. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** @returns the token for the cookie, and the id that names the session in lists */
export async function startSession(
  tx: DbOrTx,
  { organizerId, way, isFresh = way === 'passkey', device, now }: NewSession,
): Promise<{ token: string; id: number }> {
  const token = newToken()
  const [made] = await tx
    .insert(organizerSessions)
    .values({
      tokenHash: tokenHash(token),
      organizerId,
      way,
      device,
      startedAt: now,
      usedAt: now,
      passkeyAt: isFresh ? now : null,
    })
    .returning({ id: organizerSessions.id })
  if (!made) throw new Error('no session was made')
  return { token, id: made.id }
}

/** The session of a cookie; undefined where it is unknown, was ended, idle for 12 hours or is 7 days old. */
export async function sessionOf(db: Db, token: string, now: Date): Promise<Session | undefined> {
  const [row] = await db
    .select()
    .from(organizerSessions)
    .where(and(eq(organizerSessions.tokenHash, tokenHash(token)), isAlive(now)))
  if (!row) return undefined
  if (now.getTime() - row.usedAt.getTime() > NOTED_EVERY_MS) await noteUse(db, row.id, now)
  return row
}

function isAlive(now: Date) {
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR_MS)
  return and(
    gt(organizerSessions.usedAt, hoursAgo(IDLE_HOURS)),
    gt(organizerSessions.startedAt, hoursAgo(24 * LIFETIME_DAYS)),
  )
}

/** The sessions of an organizer that are alive, the last used first. */
export async function sessionsOf(db: Db, organizerId: number, now: Date) {
  return await db
    .select()
    .from(organizerSessions)
    .where(and(eq(organizerSessions.organizerId, organizerId), isAlive(now)))
    .orderBy(desc(organizerSessions.usedAt))
}

async function noteUse(db: Db, id: number, now: Date): Promise<void> {
  await db
    .update(organizerSessions)
    .set({ usedAt: now })
    .where(and(eq(organizerSessions.id, id), lt(organizerSessions.usedAt, now)))
}

export function isFresh({ passkeyAt }: Session, now: Date): boolean {
  return passkeyAt !== null && now.getTime() - passkeyAt.getTime() < FRESH_MINUTES * 60_000
}

/**
 * Gives the session a new token, and notes that a passkey that counts was used: the old token dies.
 * @returns the new token
 */
export async function renewSession(
  tx: DbOrTx,
  sessionId: number,
  { now, isFresh }: { now: Date; isFresh: boolean },
): Promise<string> {
  const token = newToken()
  await tx
    .update(organizerSessions)
    .set({ tokenHash: tokenHash(token), usedAt: now, ...(isFresh && { passkeyAt: now }) })
    .where(eq(organizerSessions.id, sessionId))
  return token
}

/** @returns whether there was such a session of this organizer */
export async function endSession(tx: DbOrTx, organizerId: number, sessionId: number): Promise<boolean> {
  const ended = await tx
    .delete(organizerSessions)
    .where(and(eq(organizerSessions.organizerId, organizerId), eq(organizerSessions.id, sessionId)))
    .returning({ id: organizerSessions.id })
  return ended.length > 0
}

/** @returns how many were ended */
export async function endOtherSessions(
  tx: DbOrTx,
  { organizerId, id }: Pick<Session, 'organizerId' | 'id'>,
): Promise<number> {
  const ended = await tx
    .delete(organizerSessions)
    .where(and(eq(organizerSessions.organizerId, organizerId), ne(organizerSessions.id, id)))
    .returning({ id: organizerSessions.id })
  return ended.length
}

/** Whoever signs in leaves the session that this browser had, whosever it was. */
export async function endSessionIn(tx: DbOrTx, token: string | undefined): Promise<void> {
  if (token) await tx.delete(organizerSessions).where(eq(organizerSessions.tokenHash, tokenHash(token)))
}

/** @returns a row for each session that ended */
export async function endSessionsOf(tx: DbOrTx, whose: number | 'all'): Promise<{ organizerId: number }[]> {
  return await tx
    .delete(organizerSessions)
    .where(whose === 'all' ? undefined : eq(organizerSessions.organizerId, whose))
    .returning({ organizerId: organizerSessions.organizerId })
}
