import { timingSafeEqual } from 'node:crypto'
import type { Keys } from '../keys.ts'
import { nonce } from '../nonce.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'

const RANDOM_BYTES = 8
const MAC_BYTES = 8

/**
 * Names the letter that signing asks for, and shows later that whoever holds it has signed with this address, or reads
 * its mail. It is known by its MAC and not by its letter, since what became of a letter would tell of the mailbox.
 * @returns a UUID, random and then a MAC
 */
export function makeReceipt(keys: Keys, key: PledgeKey): string {
  const random = nonce(RANDOM_BYTES)
  return uuidOf(random.toString('hex') + macOf(keys, key, random).toString('hex'))
}

/** @param receipt in the shape of a UUID */
export function isReceiptOf(keys: Keys, key: PledgeKey, receipt: string): boolean {
  const bytes = Buffer.from(receipt.replaceAll('-', ''), 'hex')
  return timingSafeEqual(bytes.subarray(RANDOM_BYTES), macOf(keys, key, bytes.subarray(0, RANDOM_BYTES)))
}

/** By hand: an expression for it takes five times as long, and every signature has one. */
function uuidOf(digits: string): string {
  const from = (start: number, end?: number) => digits.slice(start, end)
  return `${from(0, 8)}-${from(8, 12)}-${from(12, 16)}-${from(16, 20)}-${from(20)}`
}

function macOf(keys: Keys, key: PledgeKey, random: Uint8Array): Buffer {
  return keys.mac('receipt', Buffer.concat([random, keyBytes(key)])).subarray(0, MAC_BYTES)
}
