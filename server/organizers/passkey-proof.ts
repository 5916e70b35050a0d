import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server'
import { COSEALG, decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers'
import type { passkeys } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { NewPasskey, UsedPasskey } from './contract.ts'

/** All that this server knows of WebAuthn: whoever holds a passkey, and showed her finger, face or PIN, is who made it. */

export type PasskeyRow = typeof passkeys.$inferSelect

/** What devices have; RS256 for older Windows alone. */
const ALGORITHMS = [COSEALG.EdDSA, COSEALG.ES256, COSEALG.RS256]
const HANDLE_BYTES = 32
const TIME_LIMIT_MS = 5 * 60_000

interface Maker {
  organizerId: number
  email: string
  name: string | undefined
  known: PasskeyRow[]
}

/** What the browser needs to make a passkey. It must be one that is found without typing anything. */
export async function challengeToMake(deps: Deps, { organizerId, email, name, known }: Maker) {
  return await generateRegistrationOptions({
    rpName: 'Estamos',
    rpID: rpId(deps),
    userName: email,
    userDisplayName: name ?? email,
    userID: new Uint8Array(userHandle(deps, organizerId)),
    timeout: TIME_LIMIT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** What the browser needs to use a passkey: one of these, or where none are named, any that it has for us. */
export async function challengeToUse(deps: Deps, known: PasskeyRow[] = []) {
  return await generateAuthenticationOptions({
    rpID: rpId(deps),
    timeout: TIME_LIMIT_MS,
    userVerification: 'required',
    allowCredentials: known.map(({ credentialId: id, transports }) => ({ id, transports })),
  })
}

/** @throws Refusal `passkey-refused` */
export async function provenNew(deps: Deps, { credential }: NewPasskey, expectedChallenge: string) {
  return await proven(async () => {
    refuseCertificates(credential.response.attestationObject)
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: credential as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge,
      expectedOrigin: new URL(deps.publicUrl).origin,
      expectedRPID: rpId(deps),
      supportedAlgorithmIDs: ALGORITHMS,
      requireUserVerification: true,
    })
    return verified ? registrationInfo : undefined
  })
}

/** @returns what its counter says now. @throws Refusal `passkey-refused` */
export async function provenUse(
  deps: Deps,
  used: UsedPasskey,
  { passkey, expectedChallenge }: { passkey: PasskeyRow | undefined; expectedChallenge: string },
) {
  return await proven(async () => {
    if (!passkey || !isHers(deps, used, passkey)) return undefined
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: used as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge,
      expectedOrigin: new URL(deps.publicUrl).origin,
      expectedRPID: rpId(deps),
      credential: credentialOf(passkey),
      requireUserVerification: true,
    })
    return verified ? { counter: authenticationInfo.newCounter } : undefined
  })
}

function credentialOf({ credentialId, publicKey, counter }: PasskeyRow): WebAuthnCredential {
  return { id: credentialId, publicKey: new Uint8Array(publicKey), counter }
}

function isHers(deps: Deps, { response: { userHandle } }: UsedPasskey, { organizerId }: PasskeyRow): boolean {
  return !userHandle || userHandle === userHandle64(deps, organizerId)
}

/** Names the organizer to her passkeys, and tells nobody who she is. */
function userHandle({ keys }: Deps, organizerId: number): Buffer {
  return keys.mac('organizer-digest', Buffer.from(`user handle ${organizerId}`)).subarray(0, HANDLE_BYTES)
}

function userHandle64(deps: Deps, organizerId: number): string {
  return userHandle(deps, organizerId).toString('base64url')
}

/** Not the address as typed, but the one that people reach: a passkey made for another is none here. */
function rpId({ publicUrl }: Deps): string {
  return new URL(publicUrl).hostname
}

/** We ask for no certificates. One that came all the same could name an address for the library to fetch. */
function refuseCertificates(attestationObject: string): void {
  const statement = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('attStmt')
  if (statement.get('x5c') || statement.get('response'))
    throw new Error('an attestation that nobody asked for')
}

/** The library says no by throwing, and its words are for programmers. */
async function proven<Proof>(prove: () => Promise<Proof | undefined>): Promise<Proof> {
  const proof = await prove().catch(() => undefined)
  if (proof) return proof
  throw new Refusal(
    'passkey-refused',
    'That passkey was not accepted. It must be one that you added here and did not remove, and your device must have checked that it is you.',
  )
}
