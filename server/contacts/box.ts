import sodium from 'libsodium-wrappers-sumo'

await sodium.ready

/**
 * A box that the private key alone opens (crypto_box_seal): not even whoever sealed it can.
 * @throws Error for a public key that is none
 */
export function sealTo(publicKey: Uint8Array, plain: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_box_seal(plain, publicKey))
}
