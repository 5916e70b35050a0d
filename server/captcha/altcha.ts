import { randomInt } from 'node:crypto'
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { Value } from 'typebox/value'
import type { Keys } from '../keys.ts'
import { type Challenge, Payload } from './contract.ts'
import type { Gate } from './gates.ts'
import { expired, wrong } from './refusals.ts'
import type { Token } from './spending.ts'

/** What browsers do as fast as native code does, so that a farm gains less on a phone. */
const ALGORITHM = 'PBKDF2/SHA-256'
/** Iterations of one try. */
export const COST = 1_000
const LIFETIME_SECONDS = 300

interface Wanted {
  gate: Gate
  /** The counter that solves it is below this: no bad luck makes it longer. */
  most: number
  now: Date
}

/** A challenge that says by itself, under its MAC, what it is good for, how hard it is, and until when. */
export async function makeChallenge(keys: Keys, { gate, most, now }: Wanted): Promise<Challenge> {
  const challenge = await createChallenge({
    algorithm: ALGORITHM,
    cost: COST,
    counter: randomInt(most),
    data: { gate: gate.name, most },
    deriveKey,
    expiresAt: Math.floor(now.getTime() / 1000) + LIFETIME_SECONDS,
    ...secrets(keys),
  })
  return challenge as Challenge
}

/**
 * Looks at a payload without using it up.
 * @returns what is to be spent
 * @throws Refusal `captcha-wrong`, `captcha-expired`
 */
export async function checkedWork(keys: Keys, gate: Gate, payload: string, now: Date): Promise<Token> {
  const { challenge, solution } = payloadIn(payload)
  const { parameters } = challenge
  const verdict = await verifySolution({ challenge, solution, deriveKey, ...secrets(keys) })
  if (verdict.expired || parameters.expiresAt * 1000 <= now.getTime()) throw expired()
  if (!verdict.verified || parameters.data.gate !== gate.name) throw wrong()
  return { id: Buffer.from(parameters.nonce, 'hex'), expiresAt: new Date(parameters.expiresAt * 1000) }
}

/** Whether a proof claims to be ALTCHA's: base64 of what begins with a brace. */
export function isWork(proof: string): boolean {
  return proof.startsWith('ey')
}

function payloadIn(proof: string) {
  try {
    const payload: unknown = JSON.parse(Buffer.from(proof, 'base64').toString())
    if (Value.Check(Payload, payload)) return payload
  } catch {
    // Said below.
  }
  throw wrong()
}

function secrets(keys: Keys) {
  const secret = (label: string) => keys.mac('captcha', Buffer.from(label)).toString('base64url')
  return { hmacSignatureSecret: secret('challenge'), hmacKeySignatureSecret: secret('solution') }
}
