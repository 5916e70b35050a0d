import { createHash, randomBytes } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { Db, DbOrTx } from '../db/db.ts'
import { organizerSessions } from '../db/schema.ts'

export const IDLE_HOURS = 12
export const LIFETIME_DAYS = 7
/** How long a passkey that was used vouches for exports, deletions, roles and keys. */
export const FRESH_MINUTES = 10

const TOKEN_BYTES = 32

/** How often the last use is noted: not at every request. */
const NOTED_EVERY_SECONDS = 60

export interface Session {
  id: number
  organizerId: number
  startedAt: Date
  passkeyAt: Date | null
}

export interface NewSession {
  organizerId: number
  way: 'link' | 'passkey' | 'recovery-code'
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
  { organizerId, way, device, now }: NewSession,
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
      passkeyAt: way === 'passkey' ? now : null,
    })
    .returning({ id: organizerSessions.id })
  if (!made) throw new Error('no session was made')
  return { token, id: made.id }
}

/** The session of a cookie; undefined where it is unknown, was ended, idle for 12 hours or is 7 days old. */
export async function sessionOf(db: Db, token: string, now: Date): Promise<Session | undefined> {
  const at = now.toISOString()
  const { rows } = await db.execute<{
    id: number
    organizer_id: number
    started_at: Date
    passkey_at: Date | null
    is_due: boolean
  }>(sql`
    select id, organizer_id, started_at, passkey_at,
      used_at < ${at}::timestamptz - make_interval(secs => ${NOTED_EVERY_SECONDS}) as is_due
    from organizer_sessions
    where token_hash = ${tokenHash(token)}
      and used_at > ${at}::timestamptz - make_interval(hours => ${IDLE_HOURS})
      and started_at > ${at}::timestamptz - make_interval(days => ${LIFETIME_DAYS})`)
  const [row] = rows
  if (!row) return undefined
  if (row.is_due) {
    await db.execute(sql`update organizer_sessions set used_at = ${at} where id = ${row.id} and used_at < ${at}`)
  }
  return { id: row.id, organizerId: row.organizer_id, startedAt: row.started_at, passkeyAt: row.passkey_at }
}

export function isFresh({ passkeyAt }: Session, now: Date): boolean {
  return passkeyAt !== null && now.getTime() - passkeyAt.getTime() < FRESH_MINUTES * 60_000
}

/**
 * Notes that a passkey was used, and gives the session a new token: the old one dies.
 * @returns the new token
 */
export async function refreshSession(tx: DbOrTx, sessionId: number, now: Date): Promise<string> {
  const token = newToken()
  await tx
    .update(organizerSessions)
    .set({ tokenHash: tokenHash(token), passkeyAt: now, usedAt: now })
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
