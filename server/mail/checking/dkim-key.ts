import { createPublicKey, type KeyObject } from 'node:crypto'
import { tagsOf } from './tags.ts'

export interface DkimKey {
  kind: 'rsa' | 'ed25519'
  bits: number
  /** Of RSA keys. */
  publicKey?: KeyObject
  /** "t=y": receivers take a bad signature for none. */
  isTest: boolean
}

/** A key that no receiver uses. */
export class UselessKey extends Error {}

export function isDkim(text: string): boolean {
  return tagsOf(text).has('p')
}

/**
 * Reads a key record (RFC 6376, RFC 8463).
 * @throws UselessKey that says in words what is wrong with it.
 */
export function readDkimKey(text: string): DkimKey {
  const tags = tagsOf(text)
  const kind = tags.get('k') ?? 'rsa'
  if (kind !== 'rsa' && kind !== 'ed25519') throw new UselessKey('its kind (k=) is neither rsa nor ed25519')
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1') throw new UselessKey('its version is not v=DKIM1')
  if (!isFor(tags.get('s'), ['*', 'email'])) throw new UselessKey('it is not meant for mail (s=)')
  if (!isFor(tags.get('h'), ['sha256'])) throw new UselessKey('it does not allow sha256 (h=)')
  const base64 = (tags.get('p') ?? '').replace(/\s/g, '')
  if (base64 === '') throw new UselessKey('it has been revoked (p= is empty)')
  const key = Buffer.from(base64, 'base64')
  const isTest = tags.has('t') && isFor(tags.get('t'), ['y'])
  if (kind === 'rsa') return { ...rsaKey(key), kind, isTest }
  if (key.length !== 32) throw new UselessKey('its p= is no Ed25519 key')
  return { kind, bits: 256, isTest }
}

/** A list with colons between; a tag that is not there allows everything. */
function isFor(list: string | undefined, wanted: string[]): boolean {
  return list === undefined || list.split(':').some((one) => wanted.includes(one.trim()))
}

/** Two forms are in use: the one that OpenSSL writes, and the bare one of the standard's first wording. */
function rsaKey(key: Buffer): { bits: number; publicKey: KeyObject } {
  for (const type of ['spki', 'pkcs1'] as const) {
    const publicKey = keyAs(key, type)
    const bits = publicKey?.asymmetricKeyDetails?.modulusLength
    if (publicKey && bits !== undefined) return { bits, publicKey }
  }
  throw new UselessKey('its p= is no RSA key; perhaps it was cut off when it was pasted')
}

function keyAs(key: Buffer, type: 'spki' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'der', type })
  } catch {
    // Bytes of a stranger's that are no key of this form.
    return undefined
  }
}
