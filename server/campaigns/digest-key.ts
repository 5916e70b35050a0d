import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Keys } from '../keys.ts'

/**
 * The key under which a campaign's addresses become digests: random for each campaign, kept sealed by the server key.
 * When a campaign's retention ends it is destroyed, and nobody can test any more whether an address pledged.
 */
export function newDigestKey(keys: Keys, slug: string): Buffer {
  return keys.seal('digest-key', randomBytes(32), Buffer.from(slug))
}

export function openDigestKey(keys: Keys, slug: string, sealed: Buffer): KeyObject {
  return createSecretKey(keys.open('digest-key', sealed, Buffer.from(slug)))
}

/** The same key, sealed for another slug. */
export function movedDigestKey(keys: Keys, slug: { from: string; to: string }, sealed: Buffer): Buffer {
  const key = keys.open('digest-key', sealed, Buffer.from(slug.from))
  return keys.seal('digest-key', key, Buffer.from(slug.to))
}
