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
  const digits = Buffer.concat([random, macOf(keys, key, random)]).toString('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** @param receipt in the shape of a UUID */
export function isReceiptOf(keys: Keys, key: PledgeKey, receipt: string): boolean {
  const bytes = Buffer.from(receipt.replaceAll('-', ''), 'hex')
  return timingSafeEqual(bytes.subarray(RANDOM_BYTES), macOf(keys, key, bytes.subarray(0, RANDOM_BYTES)))
}

function macOf(keys: Keys, key: PledgeKey, random: Uint8Array): Buffer {
  return keys.mac('receipt', Buffer.concat([random, keyBytes(key)])).subarray(0, MAC_BYTES)
}
