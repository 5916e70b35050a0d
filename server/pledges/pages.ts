import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import type { PledgeKey } from './mailbox.ts'

/** Somewhere in a campaign's pledges, in the order of their keys. */
export type Place = Pick<PledgeKey, 'emailDigest' | 'addressDigest'>

/** Before every key. */
export const FIRST: Place = { emailDigest: Buffer.alloc(0), addressDigest: Buffer.alloc(0) }

export interface PledgePage {
  /** A condition on a row of `pledges`. */
  isIn: SQL
  /** Its last one: where the next page goes on. Undefined after the last page. */
  end: Place | undefined
}

/** So many pledges of a campaign, whatever they are, so that going through all of them is work in small pieces. */
export async function pageAfter(
  tx: Tx,
  campaignId: number,
  { emailDigest, addressDigest }: Place,
  size: number,
): Promise<PledgePage> {
  const isAfter = sql`
    campaign_id = ${campaignId} and (email_digest, address_digest) > (${emailDigest}, ${addressDigest})`
  const { rows } = await tx.execute<{ email_digest: Buffer; address_digest: Buffer }>(sql`
    select email_digest, address_digest from pledges where ${isAfter}
    order by email_digest, address_digest offset ${size - 1} limit 1`)
  const [last] = rows
  if (!last) return { isIn: isAfter, end: undefined }
  const end = { emailDigest: last.email_digest, addressDigest: last.address_digest }
  const isWithin = sql`(email_digest, address_digest) <= (${end.emailDigest}, ${end.addressDigest})`
  return { isIn: sql`${isAfter} and ${isWithin}`, end }
}
