import { and, eq } from 'drizzle-orm'
import { pledges } from '../db/schema.ts'
import { createHmac, type KeyObject } from 'node:crypto'
import type { Address } from './address.ts'

/** Names one pledge: the primary key of `pledges`. */
export interface PledgeKey {
  campaignId: number
  /** Of the canonical email: decides counting. */
  emailDigest: Buffer
  /** Of the exact address: decides mail. */
  addressDigest: Buffer
}

export interface DigestingCampaign {
  id: number
  digestKey: KeyObject
}

/** HMAC-SHA256 under the campaign's own key, so that digests of two campaigns do not match each other. */
export function pledgeKey(campaign: DigestingCampaign, { canonical, exact }: Address): PledgeKey {
  const emailDigest = digest(campaign, canonical)
  const addressDigest = exact === canonical ? emailDigest : digest(campaign, exact)
  return { campaignId: campaign.id, emailDigest, addressDigest }
}

const knownDomains = new WeakMap<KeyObject, Map<string, Buffer>>()
const MOST_KNOWN = 2_000

/** What is left to find floods by, once the address is gone. Remembered for a while: a campus has many signers. */
export function domainDigest(
  campaign: DigestingCampaign,
  { registrableDomain }: Pick<Address, 'registrableDomain'>,
): Buffer {
  const known = knownDomains.get(campaign.digestKey) ?? new Map<string, Buffer>()
  const found = known.get(registrableDomain)
  if (found) return found
  const made = digest(campaign, `domain:${registrableDomain}`)
  if (known.size >= MOST_KNOWN) known.clear()
  knownDomains.set(campaign.digestKey, known.set(registrableDomain, made))
  return made
}

/** Of whoever takes in the mail of a domain: many domains may have one. */
export function hostDigest(campaign: DigestingCampaign, host: string): Buffer {
  return digest(campaign, `host:${host}`)
}

/** The key as bytes: what seals and MACs bind to, so that rows cannot be swapped. */
export function keyBytes({ campaignId, emailDigest, addressDigest }: PledgeKey): Buffer {
  const campaign = Buffer.alloc(4)
  campaign.writeUInt32BE(campaignId)
  return Buffer.concat([campaign, emailDigest, addressDigest])
}

export const KEY_BYTES = 4 + 32 + 32

export function keyFromBytes(bytes: Buffer): PledgeKey {
  return {
    campaignId: bytes.readUInt32BE(0),
    emailDigest: bytes.subarray(4, 36),
    addressDigest: bytes.subarray(36, 68),
  }
}

function digest({ digestKey }: DigestingCampaign, text: string): Buffer {
  return createHmac('sha256', digestKey).update(text).digest()
}

/** The one row that a key names. */
export function isPledge({ campaignId, emailDigest, addressDigest }: PledgeKey) {
  return and(
    eq(pledges.campaignId, campaignId),
    eq(pledges.emailDigest, emailDigest),
    eq(pledges.addressDigest, addressDigest),
  )
}

/** The key as text, for maps and job keys: of one campaign, the exact address alone names a pledge. */
export function keyName({ campaignId, addressDigest }: Omit<PledgeKey, 'emailDigest'>): string {
  return `${campaignId}.${addressDigest.toString('base64url')}`
}

/** The order of the primary key: whoever locks pledges locks them in it. */
export function byKey(a: PledgeKey, b: PledgeKey): number {
  return (
    a.campaignId - b.campaignId ||
    Buffer.compare(a.emailDigest, b.emailDigest) ||
    Buffer.compare(a.addressDigest, b.addressDigest)
  )
}
