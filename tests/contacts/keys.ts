import { randomBytes } from 'node:crypto'
import sodium from 'libsodium-wrappers-sumo'
import { expect } from 'vitest'
import type { AnOrganizer } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

await sodium.ready

export interface TestKey {
  publicKey: Uint8Array
  privateKey: Uint8Array
  /** In hex. */
  fingerprint: string
}

/** A pair as a browser makes it, without the two seconds that its passphrase costs. */
export function aPair(): TestKey {
  const { publicKey, privateKey } = sodium.crypto_box_keypair()
  return { publicKey, privateKey, fingerprint: sodium.to_hex(sodium.crypto_hash_sha256(publicKey)) }
}

/** Takes a key through its trial and sets it; wrapped by nothing, unless a test is to open it again. */
export async function setKey(
  { call }: AnOrganizer,
  organization: string,
  pair: Omit<TestKey, 'fingerprint'> = aPair(),
  wrapped: Uint8Array = randomBytes(97),
) {
  const publicKey = sodium.to_base64(pair.publicKey)
  const trial = await call('POST', `organizations/${organization}/key-trials`, { publicKey })
  const proof = trial.statusCode === 200 ? opened(pair, trial.json().box as string) : new Uint8Array(32)
  return await call('POST', `organizations/${organization}/keys`, {
    publicKey,
    wrappedKey: sodium.to_base64(wrapped),
    proof: sodium.to_base64(proof),
  })
}

/** An organization's first key, set by an owner of it, once the server offers it. */
export async function aKeyOf(owner: AnOrganizer, organization: string): Promise<TestKey> {
  const pair = aPair()
  const answer = await setKey(owner, organization, pair)
  expect(answer.json()).toMatchObject({ current: { fingerprint: pair.fingerprint } })
  return pair
}

export function opened({ publicKey, privateKey }: Omit<TestKey, 'fingerprint'>, box: string): Uint8Array {
  return sodium.crypto_box_seal_open(sodium.from_base64(box), publicKey, privateKey)
}

/** The public part of a campaign, once the server has heard of what changed. */
export async function offeredBy(server: Estamos, slug: string): Promise<{ organization: string }[]> {
  const answer = await server.app.inject(`/api/v1/campaigns/${slug}`)
  return answer.json().shareWith
}
