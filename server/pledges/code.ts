import { timingSafeEqual } from 'node:crypto'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { keyBytes, type PledgeKey } from './mailbox.ts'
import { uuidBytes } from './receipt.ts'

/** The six digits of a confirmation email. They are never stored: they follow from the act of signing. */
export function sixDigitCode(keys: Keys, key: PledgeKey, signingId: string): string {
  const mac = keys.mac('code', Buffer.concat([keyBytes(key), uuidBytes(signingId)]))
  return String(mac.readUIntBE(0, 6) % 1_000_000).padStart(6, '0')
}

export function isSameCode(expected: string, typed: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(typed))
}

/**
 * "123 456", "123–456." and what mail programs make of it when a code is copied.
 * @throws Refusal `code-wrong` where it has no six digits
 */
export function digitsOf(typed: string): string {
  const digits = typed.replace(/[\s\p{Pd}\p{Cf}.]/gu, '')
  if (/^[0-9]{6}$/.test(digits)) return digits
  throw new Refusal('code-wrong', 'A code has six digits.', { field: 'code' })
}
