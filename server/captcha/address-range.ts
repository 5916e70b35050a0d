import { isIPv6 } from 'node:net'
import { lt, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { addressKeys } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { nonce } from '../nonce.ts'

const HOUR_MS = 3_600_000
const KEY_BYTES = 32

/** Whoever shares a line: an IPv4 address, or the /64 of an IPv6 address. */
export function rangeOf(ip: string): string {
  const address = ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(address)) return address
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const head = before.split(':').filter(Boolean)
  const tail = after?.split(':').filter(Boolean) ?? []
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}

export interface AddressRanges {
  /** Names a range for an hour; which one it was, nobody can say once the key of that hour is deleted. */
  digestOf(ip: string, now: Date): Promise<Buffer>
}

/** Counted under a random key that all processes share for an hour, and under the server's: neither alone tells an address. */
export function openAddressRanges(db: Db, keys: Keys): AddressRanges {
  let known: { hour: number; key: Promise<Buffer> } | undefined

  function keyOf(hour: number): Promise<Buffer> {
    if (known?.hour === hour) return known.key
    const reading = { hour, key: sharedKey(db, new Date(hour * HOUR_MS)) }
    reading.key.catch(() => known === reading && (known = undefined))
    known = reading
    return reading.key
  }

  return {
    async digestOf(ip, now) {
      const key = await keyOf(Math.floor(now.getTime() / HOUR_MS))
      return keys.mac('captcha', Buffer.concat([key, Buffer.from(`address ${rangeOf(ip)}`)]))
    },
  }
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
