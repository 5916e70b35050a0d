/**
 * A private key as a passphrase wraps it: version, Argon2id's passes and KiB of memory, salt, nonce, and the key in a
 * secretbox under what Argon2id makes of the passphrase. 97 bytes.
 */
import { sodium } from './sodium.ts'

const VERSION = 1
/** libsodium's "moderate": about two seconds and 256 MiB for each guess. */
const COST = { passes: 3, kibibytes: 262_144 } as const
const SALT_BYTES = 16
const NONCE_BYTES = 24
const HEAD_BYTES = 1 + 4 + 4

/** Not as we wrap keys, so no passphrase is tried on it. */
export class NoWrappedKey extends Error {}

/** The passphrase opens nothing of this. */
export class WrongPassphrase extends Error {}

export function wrap(privateKey: Uint8Array, passphrase: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES)
  const view = new DataView(head.buffer)
  view.setUint8(0, VERSION)
  view.setUint32(1, COST.passes)
  view.setUint32(5, COST.kibibytes)
  const salt = sodium.randombytes_buf(SALT_BYTES)
  const nonce = sodium.randombytes_buf(NONCE_BYTES)
  const key = stretched(passphrase, { salt, ...COST })
  return joined(head, salt, nonce, sodium.crypto_secretbox_easy(privateKey, nonce, key))
}

/** @throws NoWrappedKey, WrongPassphrase */
export function unwrap(wrapped: Uint8Array, passphrase: string): Uint8Array {
  const view = new DataView(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength)
  const cost = { passes: view.getUint32(1), kibibytes: view.getUint32(5) }
  // The server hands it over: it must not choose a cheap guess for whoever listens, nor one that takes for ever.
  if (view.getUint8(0) !== VERSION || cost.passes !== COST.passes || cost.kibibytes !== COST.kibibytes)
    throw new NoWrappedKey()
  const salt = wrapped.subarray(HEAD_BYTES, HEAD_BYTES + SALT_BYTES)
  const nonce = wrapped.subarray(HEAD_BYTES + SALT_BYTES, HEAD_BYTES + SALT_BYTES + NONCE_BYTES)
  const box = wrapped.subarray(HEAD_BYTES + SALT_BYTES + NONCE_BYTES)
  try {
    return sodium.crypto_secretbox_open_easy(box, nonce, stretched(passphrase, { salt, ...cost }))
  } catch {
    throw new WrongPassphrase()
  }
}

interface Stretching {
  salt: Uint8Array
  passes: number
  kibibytes: number
}

/** As it is typed on another keyboard too: accents composed. */
function stretched(passphrase: string, { salt, passes, kibibytes }: Stretching): Uint8Array {
  return sodium.crypto_pwhash(
    sodium.crypto_secretbox_KEYBYTES,
    passphrase.normalize('NFC'),
    salt,
    passes,
    kibibytes * 1024,
    sodium.crypto_pwhash_ALG_ARGON2ID13,
  )
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
