import { sql } from 'drizzle-orm'
import { nonce } from '../nonce.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { timingSafeEqual } from 'node:crypto'

/** Links that are mailed to one address in one hour, to whoever asks; a browser that once signed in has as many of its own. */
const LINKS_PER_HOUR = 5

const HOUR_MS = 3_600_000
const NONCE_BYTES = 16

interface Asker {
  /** As `organizerEmail` returns it. */
  email: string
  /** The cookie that says that this address once signed in with this browser. */
  known: string | undefined
}

/**
 * Counts before anything is looked up, so that an address without an organizer is limited like any other.
 * @returns whether a link may go out
 */
export async function countAsk({ db, keys, now }: Deps, { email, known }: Asker): Promise<boolean> {
  const hour = Math.floor(now().getTime() / HOUR_MS)
  const who = isKnown(keys, email, known) ? `${email} ${known}` : email
  const digest = keys.mac('organizer-digest', Buffer.from(`asks ${hour} ${who}`))
  const expiresAt = new Date((hour + 1) * HOUR_MS).toISOString()
  const { rows } = await db.execute<{ asks: number }>(sql`
    insert into sign_in_asks as asked (digest, asks, expires_at)
    values (${digest}, 1, ${expiresAt}::timestamptz)
    on conflict (digest) do update set asks = least(asked.asks + 1, 1000000)
    returning asks`)
  return (rows[0]?.asks ?? 0) <= LINKS_PER_HOUR
}

/** The cookie for a browser in which this address has signed in. It names nobody, and opens nothing. */
export function knownBrowser(keys: Keys, email: string): string {
  const random = Buffer.from(nonce(NONCE_BYTES))
  return Buffer.concat([random, macOf(keys, email, random)]).toString('base64url')
}

function isKnown(keys: Keys, email: string, known = ''): boolean {
  const bytes = Buffer.from(known, 'base64url')
  const mac = macOf(keys, email, bytes.subarray(0, NONCE_BYTES))
  const given = bytes.subarray(NONCE_BYTES)
  return given.length === mac.length && timingSafeEqual(given, mac)
}

function macOf(keys: Keys, email: string, random: Uint8Array): Buffer {
  return keys.mac('organizer-digest', Buffer.concat([Buffer.from(`known ${email} `), random]))
}
