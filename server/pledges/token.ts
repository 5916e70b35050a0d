import { timingSafeEqual } from 'node:crypto'
import { requireRemembered } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { KEY_BYTES, keyBytes, keyFromBytes, type PledgeKey } from './mailbox.ts'
import { UUID_BYTES, uuidBytes, uuidFrom } from './receipt.ts'

/** What a link or cookie is good for, and for how long, in seconds. */
const purposes = {
  confirm: { byte: 1, lifetime: 7 * 24 * 3600, key: 'link' },
  'my-pledge': { byte: 2, lifetime: 24 * 3600, key: 'link' },
  session: { byte: 3, lifetime: 15 * 60, key: 'link' },
  'chapter-request': { byte: 4, lifetime: 7 * 24 * 3600, key: 'link' },
  /** Of whatever email she finds again; it opens and shows nothing, and outlives every SECRET_KEY. */
  unsubscribe: { byte: 5, lifetime: 2 * 365 * 24 * 3600, key: 'stop-link' },
} as const

/** The longest that anything stays good which SECRET_KEY signed, in seconds. */
export const LONGEST_LINK = Math.max(
  ...Object.values(purposes)
    .filter(({ key }) => key === 'link')
    .map(({ lifetime }) => lifetime),
)

export type TokenPurpose = keyof typeof purposes

export interface Ticket {
  key: PledgeKey
  /** The act of signing that it belongs to, or the request to lead; `NO_SIGNING` for what outlives them. */
  signingId: string
}

/** Of a link that only stops email. */
export const NO_SIGNING = '00000000-0000-0000-0000-000000000000'

interface Signer {
  keys: Keys
  /** The deployment that a token holds for: PUBLIC_URL. */
  publicUrl: string
}

const VERSION = 1
const ID_AT = 2
const MAC_BYTES = 16
const TOKEN_BYTES = 1 + 1 + 4 + 4 + KEY_BYTES + UUID_BYTES + MAC_BYTES

/** How far the clock of another of our machines may be ahead. */
const CLOCK_SKEW = 5 * 60

/**
 * Signs a token: version, purpose, key id, time of issue, pledge, act of signing, MAC. It is stored nowhere.
 * @returns base64url, 147 characters
 */
export function signToken(
  signer: Signer,
  { purpose, key, signingId, now }: Ticket & { purpose: TokenPurpose; now: Date },
): string {
  const head = Buffer.alloc(10)
  head.writeUInt8(VERSION, 0)
  head.writeUInt8(purposes[purpose].byte, 1)
  signer.keys.idFor(purposes[purpose].key).copy(head, ID_AT)
  head.writeUInt32BE(secondsOf(now), 6)
  const message = Buffer.concat([head, keyBytes(key), uuidBytes(signingId)])
  return Buffer.concat([message, macOf(signer, purpose, message)!]).toString('base64url')
}

/** @throws Refusal `token-invalid`, `token-expired` */
export function readToken(signer: Signer, purpose: TokenPurpose, token: string, now: Date): Ticket {
  const { isExpired, ...ticket } = verifyToken(signer, purpose, token, now)
  if (isExpired) throw expired()
  return ticket
}

/**
 * Of a link in an email. That its campaign is forgotten is said first: who comes late is not told to ask for a new one.
 * @throws Refusal `campaign-forgotten`, `token-invalid`, `token-expired`
 */
export async function readLink(
  deps: Signer & Pick<Deps, 'campaigns' | 'now'>,
  purpose: TokenPurpose,
  token: string,
): Promise<Ticket> {
  const { isExpired, ...ticket } = verifyToken(deps, purpose, token, deps.now())
  const campaign = await deps.campaigns.byId(ticket.key.campaignId)
  if (campaign) requireRemembered(campaign)
  if (isExpired) throw expired()
  return ticket
}

/** @throws Refusal `token-invalid` */
function verifyToken(
  signer: Signer,
  purpose: TokenPurpose,
  token: string,
  now: Date,
): Ticket & { isExpired: boolean } {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== TOKEN_BYTES) throw invalid()
  const message = bytes.subarray(0, -MAC_BYTES)
  const mac = macOf(signer, purpose, message)
  if (!mac || !timingSafeEqual(mac, bytes.subarray(-MAC_BYTES))) throw invalid()
  if (message.readUInt8(0) !== VERSION || message.readUInt8(1) !== purposes[purpose].byte) throw invalid()
  const age = secondsOf(now) - message.readUInt32BE(6)
  if (age < -CLOCK_SKEW) throw invalid()
  return {
    isExpired: age > purposes[purpose].lifetime,
    key: keyFromBytes(message.subarray(10, 10 + KEY_BYTES)),
    signingId: uuidFrom(message.subarray(10 + KEY_BYTES)),
  }
}

/** By the key that the message names; undefined where that is none of ours. */
function macOf({ keys, publicUrl }: Signer, purpose: TokenPurpose, message: Buffer): Buffer | undefined {
  const id = message.subarray(ID_AT, ID_AT + 4)
  const bound = Buffer.concat([message, Buffer.from(publicUrl)])
  return keys.macBy(id, purposes[purpose].key, bound)?.subarray(0, MAC_BYTES)
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}

function expired(): Refusal {
  return new Refusal('token-expired', 'This link has expired; ask for a new one.')
}

function invalid(): Refusal {
  return new Refusal(
    'token-invalid',
    'This link is not valid. Was it cut off? Copy all of it from the email.',
  )
}
