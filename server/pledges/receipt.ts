import { timingSafeEqual } from 'node:crypto'
import type { Keys } from '../keys.ts'
import { nonce } from '../nonce.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'

const RANDOM_BYTES = 8
const MAC_BYTES = 8

/**
 * Makes the id of one act of signing: its email, its link, its code and the receipt of the browser that signed carry it.
 * A receipt is known by its MAC and not by a row, since what became of a row would tell of the mailbox.
 * @returns a UUID, random and then a MAC
 */
export function makeReceipt(keys: Keys, key: PledgeKey): string {
  const random = nonce(RANDOM_BYTES)
  return uuidFrom(Buffer.concat([random, macOf(keys, key, random)]))
}

/** @param receipt in the shape of a UUID */
export function isReceiptOf(keys: Keys, key: PledgeKey, receipt: string): boolean {
  const bytes = uuidBytes(receipt)
  return timingSafeEqual(bytes.subarray(RANDOM_BYTES), macOf(keys, key, bytes.subarray(0, RANDOM_BYTES)))
}

export const UUID_BYTES = 16

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

export function uuidFrom(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function macOf(keys: Keys, key: PledgeKey, random: Uint8Array): Buffer {
  return keys.mac('receipt', Buffer.concat([random, keyBytes(key)])).subarray(0, MAC_BYTES)
}
