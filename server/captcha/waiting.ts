/**
 * The way for browsers that run no script: a form is shown once more, with a token in it that is good after a moment,
 * once, and for few in ten minutes. It is no free way in: see docs/decisions/0041-a-proof-before-a-pledge.md.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Db } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { countOne } from './counts.ts'
import { nonce } from '../nonce.ts'
import type { Gate } from './gates.ts'
import { expired, tooEarly, wrong } from './refusals.ts'
import type { Token } from './spending.ts'

const PREFIX = 'w.'
const EARLIEST_MS = 15_000
const LATEST_MS = 30 * 60_000
const RANDOM_BYTES = 16
const TIME_BYTES = 6
const ADDRESS_BYTES = 32
const MAC_BYTES = 32
const ALL_BYTES = RANDOM_BYTES + TIME_BYTES + ADDRESS_BYTES + MAC_BYTES

/** In ten minutes, of those who waited. */
const MOST_FROM_A_RANGE = 10
const MOST_AT_A_GATE = 60
/** While the price for others is higher, waiting is no way in. */
export const HIGHEST_WAITING_LEVEL = 1

export interface Waited extends Token {
  /** Of the range that asked for the token, wherever it is brought from. */
  address: Buffer
}

export function makeWaitToken(
  keys: Keys,
  gate: Gate,
  { address, now }: { address: Buffer; now: Date },
): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(now.getTime(), 0, TIME_BYTES)
  const body = Buffer.concat([nonce(RANDOM_BYTES), time, address])
  return PREFIX + Buffer.concat([body, macOf(keys, gate, body)]).toString('base64url')
}

export function isWaitToken(proof: string): boolean {
  return proof.startsWith(PREFIX)
}

/** @throws Refusal `captcha-wrong`, `captcha-expired`, `captcha-wait` */
export function checkedWait(keys: Keys, gate: Gate, proof: string, now: Date): Waited {
  const bytes = Buffer.from(proof.slice(PREFIX.length), 'base64url')
  const body = bytes.subarray(0, -MAC_BYTES)
  if (bytes.length !== ALL_BYTES || !timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(keys, gate, body)))
    throw wrong()
  const madeAt = body.readUIntBE(RANDOM_BYTES, TIME_BYTES)
  const age = now.getTime() - madeAt
  if (age < EARLIEST_MS) throw tooEarly(Math.ceil((EARLIEST_MS - age) / 1000))
  if (age > LATEST_MS) throw expired()
  return {
    id: body.subarray(0, RANDOM_BYTES),
    expiresAt: new Date(madeAt + LATEST_MS),
    address: body.subarray(RANDOM_BYTES + TIME_BYTES),
  }
}

interface Room {
  db: Db
  keys: Keys
  now: () => Date
}

/** Counts first and looks then, as with what is spent. @throws Refusal `busy` */
export async function requireWaitingRoom(
  { db, keys, now }: Room,
  gate: Gate,
  { address }: Waited,
): Promise<void> {
  const counter = (whose: Buffer) =>
    keys.mac('captcha', Buffer.concat([Buffer.from(`waited ${gate.name} `), whose]))
  const fromThere = await countOne(db, counter(address), now())
  const all = await countOne(db, counter(Buffer.from('all')), now())
  if (fromThere <= MOST_FROM_A_RANGE && all <= MOST_AT_A_GATE) return
  const detail = 'Too many people without scripts are here right now. Come back in ten minutes.'
  throw new Refusal('busy', detail, { retryAfter: 600 })
}

function macOf(keys: Keys, gate: Gate, body: Uint8Array): Buffer {
  return keys.mac('captcha', Buffer.concat([Buffer.from(`wait ${gate.name} `), body]))
}
