import type { NewKey, WrappedKeys } from '../../../server/contacts/contract.ts'
import { sodium } from './sodium.ts'
import { unwrap, wrap } from './wrapping.ts'

/** As the server and a recovery file keep it: base64url, the fingerprint in hex. */
export type WrappedKey = WrappedKeys['keys'][number]

export interface KeyPair {
  /** In hex. */
  fingerprint: string
  publicKey: Uint8Array
  privateKey: Uint8Array
}

/** A new pair; its private half leaves only wrapped. */
export function makeKey(passphrase: string): WrappedKey {
  const { publicKey, privateKey } = sodium.crypto_box_keypair()
  const wrappedKey = wrap(privateKey, passphrase)
  return {
    fingerprint: fingerprintOf(publicKey),
    publicKey: sodium.to_base64(publicKey),
    wrappedKey: sodium.to_base64(wrappedKey),
  }
}

/**
 * Opens what was wrapped. Nobody's word is taken for whose key it is: all else follows from the private half.
 * @throws NoWrappedKey, WrongPassphrase
 */
export function openKey(wrappedKey: string, passphrase: string): KeyPair {
  const privateKey = unwrap(sodium.from_base64(wrappedKey), passphrase)
  const publicKey = sodium.crypto_scalarmult_base(privateKey)
  return { fingerprint: fingerprintOf(publicKey), publicKey, privateKey }
}

/** Opens the box of the server's trial with the key as it was wrapped: whoever can do this can read contacts later. */
export function passTrial({ wrappedKey }: WrappedKey, passphrase: string, box: string): NewKey {
  const { publicKey, privateKey } = openKey(wrappedKey, passphrase)
  const proof = sodium.crypto_box_seal_open(sodium.from_base64(box), publicKey, privateKey)
  return { publicKey: sodium.to_base64(publicKey), wrappedKey, proof: sodium.to_base64(proof) }
}

function fingerprintOf(publicKey: Uint8Array): string {
  return sodium.to_hex(sodium.crypto_hash_sha256(publicKey))
}
