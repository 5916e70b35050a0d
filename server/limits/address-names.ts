import { hash, randomBytes } from 'node:crypto'
import { lt, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { addressKeys } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { nonce } from '../nonce.ts'

const HOUR_MS = 3_600_000
const KEY_BYTES = 32
/**
 * With the key before what is named. Cut short as it is, nobody can go on from a name to another, which an HMAC is made to
 * prevent; that takes Node three calls and three times as long, and every request is named.
 */
const ALGORITHM = 'sha512-256'
/** The key of the next hour is there before it begins. */
const AHEAD_MS = 5 * 60_000

/** Names address prefixes for an hour; which one a name stands for, nobody can say once the key of that hour is deleted. */
export interface AddressNames {
  /** The same in all processes, 32 bytes. Waits for the key where it has to. */
  of(prefix: string, at: Date): Promise<Buffer>
  /** The same as base64url where the key is at hand; else one of this process alone, since no page waits for the database. */
  atOnce(prefix: string, at: Date): string
  /** Gets the keys that are needed now and soon. */
  renew(at: Date): Promise<void>
}

/** By a random key that all processes share for an hour, and by the deployment's: neither alone tells an address. */
export function openAddressNames(db: Db, keys: Keys): AddressNames {
  const readings = new Map<number, Promise<string>>()
  const atHand = new Map<number, string>()
  let stopgap = { hour: Number.NaN, key: randomBytes(KEY_BYTES).toString('hex') }

  function read(hour: number): Promise<string> {
    const known = readings.get(hour)
    if (known) return known
    forgetBefore(hour - 1)
    const reading = sharedKey(db, new Date(hour * HOUR_MS)).then((shared) => {
      const key = keys.mac('address', shared).toString('hex')
      atHand.set(hour, key)
      return key
    })
    readings.set(hour, reading)
    reading.catch(() => readings.delete(hour))
    return reading
  }

  function forgetBefore(hour: number): void {
    for (const old of readings.keys()) {
      if (old >= hour) continue
      readings.delete(old)
      atHand.delete(old)
    }
  }

  function madeUp(hour: number): string {
    if (stopgap.hour !== hour) {
      stopgap = { hour, key: randomBytes(KEY_BYTES).toString('hex') }
      // Once: whoever renews tries again.
      read(hour).catch(() => {})
    }
    return stopgap.key
  }

  return {
    of: async (prefix, at) => hash(ALGORITHM, (await read(hourOf(at))) + prefix, 'buffer'),
    atOnce(prefix, at) {
      const hour = hourOf(at)
      return hash(ALGORITHM, (atHand.get(hour) ?? madeUp(hour)) + prefix, 'base64url')
    },
    async renew(at) {
      await read(hourOf(at))
      await read(hourOf(new Date(at.getTime() + AHEAD_MS)))
    },
  }
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / HOUR_MS)
}

async function sharedKey(db: Db, hour: Date): Promise<Buffer> {
  await db
    .insert(addressKeys)
    .values({ hour, key: nonce(KEY_BYTES) })
    .onConflictDoNothing()
  const [row] = await db
    .select()
    .from(addressKeys)
    .where(sql`${addressKeys.hour} = ${hour.toISOString()}`)
  if (!row) throw new Error('the key of an hour is gone')
  return row.key
}

export async function forgetAddressKeys(db: Db, now: Date): Promise<void> {
  await db.delete(addressKeys).where(lt(addressKeys.hour, new Date(now.getTime() - HOUR_MS)))
}
