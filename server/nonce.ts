import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 4096

let pool = Buffer.alloc(0)

/** Random bytes for a nonce. Drawn from the system by the page: a call for each few bytes costs more than the bytes. */
export function nonce(bytes: number): Buffer {
  if (pool.length < bytes) pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES))
  const drawn = pool.subarray(0, bytes)
  pool = pool.subarray(bytes)
  return drawn
}
