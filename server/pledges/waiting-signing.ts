import { and, eq, isNotNull, sql } from 'drizzle-orm'
import type { Affiliation } from '../campaigns/contract.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
import { signings } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import type { NamedKey } from './contact.ts'
import type { Answer } from './contract.ts'
import { keyBytes, keyName, type PledgeKey } from './mailbox.ts'
import { uuidBytes } from './receipt.ts'
import type { Ticket } from './token.ts'

/** What a signer chose on the form, besides signing. */
export interface Choices {
  /** Kept only where it is to be listed or shared. */
  name: string | null
  campusId: number | null
  affiliation: Affiliation | null
  listsName: boolean
  wantsUpdates: boolean
  /** Ids of what is promised on top of the pledge, in their order. */
  clauses: number[]
  /** Organizations to share the contact with, each with the key that its signer read, in the order of their ids. */
  shareWith: NamedKey[]
  /** Counted and forgotten at confirmation: nothing else ever links them to a pledge. */
  answers: Answer[]
}

/** Everything that one act of signing says. Its email lists it, and its confirmation writes exactly this. */
export interface WaitingSigning extends Choices {
  email: string
  campusProven: boolean
  textVersion: number
  locale: string
  source: string | null
  /** What the address itself shows. */
  signals: string[]
}

/** Sealed under the key of this day, like a contact, and bound to its own row. */
export function sealSigning(keys: Keys, ticket: Ticket, signing: WaitingSigning): Buffer {
  return keys.seal('signing', Buffer.from(JSON.stringify(signing)), contextOf(ticket))
}

/** @returns undefined where it was erased, or waited for so long that the key of its day is gone */
export function openSigning(keys: Keys, ticket: Ticket, sealed: Buffer | null): WaitingSigning | undefined {
  if (!sealed || !keys.holds('signing', sealed)) return undefined
  return JSON.parse(keys.open('signing', sealed, contextOf(ticket)).toString()) as WaitingSigning
}

function contextOf({ key, signingId }: Ticket): Buffer {
  return Buffer.concat([keyBytes(key), uuidBytes(signingId)])
}

/** The one row that a link, a code or a session names. */
export function isSigning({ key, signingId }: Ticket) {
  return and(
    eq(signings.campaignId, key.campaignId),
    eq(signings.emailDigest, key.emailDigest),
    eq(signings.addressDigest, key.addressDigest),
    eq(signings.signingId, signingId),
  )
}

/** Ends every act of signing of a mailbox, whichever spelling it used: no link or code of theirs confirms any more. */
export async function endSignings(tx: Tx, { campaignId, emailDigest }: PledgeKey): Promise<void> {
  await tx
    .delete(signings)
    .where(and(eq(signings.campaignId, campaignId), eq(signings.emailDigest, emailDigest)))
}

/** What waits for many pledges at once, the newest first, by the names of their keys. */
export async function findWaiting(
  db: DbOrTx,
  keys: PledgeKey[],
): Promise<Map<string, (typeof signings.$inferSelect)[]>> {
  if (keys.length === 0) return new Map()
  const ids = sql.param(keys.map(({ campaignId }) => campaignId))
  const emails = sql.param(keys.map(({ emailDigest }) => emailDigest))
  const addresses = sql.param(keys.map(({ addressDigest }) => addressDigest))
  const rows = await db
    .select()
    .from(signings)
    .where(
      and(
        sql`(${signings.campaignId}, ${signings.emailDigest}, ${signings.addressDigest}) in (
          select * from unnest(${ids}::int[], ${emails}::bytea[], ${addresses}::bytea[]))`,
        isNotNull(signings.sealed),
      ),
    )
    .orderBy(sql`${signings.signedAt} desc`, signings.signingId)
  return Map.groupBy(rows, keyName)
}
