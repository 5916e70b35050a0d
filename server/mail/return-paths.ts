import { timingSafeEqual } from 'node:crypto'
import type { Keys } from '../keys.ts'

/** Where letters come back to: an address for each, so that what comes back need not be believed about which it was (VERP). */
export interface ReturnPaths {
  of(letterId: string): string
  /** The letter whose return path this is; undefined for any other address. */
  letterAt(address: string): string | undefined
}

/** Lower-case hex, since some servers change the case; as much as an address holds before its @. */
const MAC_BYTES = 8

/**
 * @param bounceAddress `bounces@example.org`. The letter's id is known to whoever gets the letter and to the browser that
 * signed; the MAC lets nobody but the servers on the letter's way send it back.
 */
export function returnPaths(keys: Keys, bounceAddress: string): ReturnPaths {
  const [local = '', domain = ''] = bounceAddress.toLowerCase().split('@')
  const macOf = (id: string) => keys.mac('bounce', Buffer.from(id)).subarray(0, MAC_BYTES)
  return {
    of(letterId) {
      const id = letterId.replaceAll('-', '')
      return `${local}+${id}.${macOf(id).toString('hex')}@${domain}`
    },
    letterAt(address) {
      const at = address.toLowerCase()
      if (!at.startsWith(`${local}+`) || !at.endsWith(`@${domain}`)) return undefined
      const [, id = '', mac = ''] =
        /^([0-9a-f]{32})\.([0-9a-f]{16})$/.exec(at.slice(local.length + 1, -domain.length - 1)) ?? []
      if (!mac || !timingSafeEqual(Buffer.from(mac, 'hex'), macOf(id))) return undefined
      return id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    },
  }
}
