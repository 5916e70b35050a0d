import { type KeyObject, verify } from 'node:crypto'

/** A call as SendGrid signs it. */
export interface SignedCall {
  /** As they came: JSON that was read and written again has another signature. */
  body: Buffer
  /** Base64 of a DER signature: ECDSA, P-256, SHA-256. */
  signature: string
  /** Seconds since 1970. */
  timestamp: string
}

const OLDEST_SECONDS = 300

/**
 * Whether SendGrid signed it within the last minutes. By Node's own crypto: SendGrid's library brings an implementation of
 * elliptic curves in JavaScript, and reads the body as text first.
 */
export function isSigned(key: KeyObject, call: SignedCall, now: Date): boolean {
  const age = now.getTime() / 1000 - Number(call.timestamp)
  if (!/^\d{9,11}$/.test(call.timestamp) || Math.abs(age) > OLDEST_SECONDS) return false
  return verify('sha256', signedPart(call), key, Buffer.from(call.signature, 'base64'))
}

/** What a signature is about. */
export function signedPart({ timestamp, body }: SignedCall): Buffer {
  return Buffer.concat([Buffer.from(timestamp), body])
}
