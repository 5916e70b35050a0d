import { createHash } from 'node:crypto'
import type { organizationKeys } from '../db/schema.ts'

/** Of a row of `organization_keys`, what it takes to seal to it. */
export type OrganizationKey = Pick<
  typeof organizationKeys.$inferSelect,
  'fingerprint' | 'publicKey' | 'replaces' | 'takesEffectAt'
>

export function fingerprintOf(publicKey: Uint8Array): Buffer {
  return createHash('sha256').update(publicKey).digest()
}

/** The one that contacts are sealed to now: in effect, and replaced by none that is. */
export function currentKey<Key extends OrganizationKey>(keys: Key[], now: Date): Key | undefined {
  const inEffect = keys.filter(({ takesEffectAt }) => takesEffectAt <= now)
  return inEffect.find(({ fingerprint }) => !inEffect.some(({ replaces }) => replaces?.equals(fingerprint)))
}

/** As people compare it: the first 16 of its 64 digits, in fours. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ')
}
