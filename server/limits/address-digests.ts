import { createHmac, randomBytes } from 'node:crypto'

const HOUR_MS = 3_600_000

export interface AddressDigests {
  /** Names an address prefix for the rest of the hour; afterwards nobody can tell which it was. */
  of(prefix: string, at: Date): string
}

/** Under a random key that lives for an hour, in memory alone. */
export function openAddressDigests(): AddressDigests {
  let known = { hour: Number.NaN, key: randomBytes(32) }
  return {
    of(prefix, at) {
      const hour = Math.floor(at.getTime() / HOUR_MS)
      if (hour !== known.hour) known = { hour, key: randomBytes(32) }
      return createHmac('sha256', known.key).update(prefix).digest('base64url')
    },
  }
}
