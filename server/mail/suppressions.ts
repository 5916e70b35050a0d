/** Mailboxes that get no mail, each known by a keyed digest of its exact address: another spelling is another's. */
import { sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { registrableDomain } from '../pledges/address.ts'
import type { LedgerLetter } from './ledger.ts'

/** Its server said that it is none, or its owner called a letter spam, or asked for no more mail. */
export type SuppressionReason = 'bounced' | 'complained' | 'asked'

/** @param exact the checked address, never the canonical one: whoever owns a spelling must not silence another */
export function mailboxDigest(keys: Keys, exact: string): Buffer {
  return keys.mac('suppression', Buffer.from(`mailbox ${exact}`))
}

/** The registrable domain of a checked address. */
export function domainOf(exact: string): string {
  return registrableDomain(exact.slice(exact.lastIndexOf('@') + 1))
}

/** @param domain registrable */
export function domainDigest(keys: Keys, domain: string): Buffer {
  return keys.mac('suppression', Buffer.from(`domain ${domain}`))
}

/**
 * What a letter keeps of its mailbox, and the way back from it. Each letter has a mask of its own, so that without the
 * key nobody sees which letters, of which campaigns, went to the same person.
 */
export function masked(keys: Keys, letterId: string, digest: Uint8Array): Buffer {
  const mask = keys.mac('suppression', Buffer.from(`letter ${letterId}`))
  for (const [place, byte] of digest.entries()) mask[place]! ^= byte
  return mask
}

/** Whom a letter that was sent went to; undefined for one that never was. */
export function readerOf(
  keys: Keys,
  { id, mailboxDigest }: Pick<LedgerLetter, 'id' | 'mailboxDigest'>,
): Buffer | undefined {
  return mailboxDigest ? masked(keys, id, mailboxDigest) : undefined
}

interface Suppression {
  digests: Buffer[]
  /** Of their domains, in the same order, as far as they are known. */
  domains?: (Buffer | null)[]
  reason: SuppressionReason
  at: Date
}

/** Ends all mail to these. What its owner wanted outlasts what a server said; being called spam outlasts both. */
export async function suppress(
  db: DbOrTx,
  { digests, domains = [], reason, at }: Suppression,
): Promise<void> {
  if (digests.length === 0) return
  await db.execute(sql`
    insert into mail_suppressions as known (mailbox_digest, domain_digest, reason, since)
    select distinct on (mailbox_digest) mailbox_digest, domain_digest, ${reason}, ${at.toISOString()}::timestamptz
    from unnest(${sql.param(digests)}::bytea[], ${sql.param(domains)}::bytea[]) as row (mailbox_digest, domain_digest)
    where mailbox_digest is not null order by 1, 2
    on conflict (mailbox_digest) do update set reason = excluded.reason, since = excluded.since,
      domain_digest = coalesce(excluded.domain_digest, known.domain_digest)
    where known.reason = 'bounced' or excluded.reason = 'complained'`)
}

/** Whatever the reason was: only the mailbox's owner has the link, or has written to the operator. */
export async function liftSuppression(db: DbOrTx, digest: Buffer): Promise<void> {
  await db.execute(sql`delete from mail_suppressions where mailbox_digest = ${digest}`)
}

/**
 * What servers said of the mailboxes of a domain; what their owners wanted stays.
 * @param domain registrable
 * @returns how many get mail again
 */
export async function liftBouncesOf(db: DbOrTx, keys: Keys, domain: string): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from mail_suppressions
    where reason = 'bounced' and domain_digest = ${domainDigest(keys, domain)}`)
  return rowCount ?? 0
}

/** The reasons, by `nameOf` a digest, of those that get no mail. */
export async function suppressedOf(db: DbOrTx, digests: Buffer[]): Promise<Map<string, SuppressionReason>> {
  if (digests.length === 0) return new Map()
  const { rows } = await db.execute<{ mailbox_digest: Buffer; reason: SuppressionReason }>(sql`
    select mailbox_digest, reason from mail_suppressions
    where mailbox_digest = any (${sql.param(digests)}::bytea[])`)
  return new Map(rows.map(({ mailbox_digest, reason }) => [nameOf(mailbox_digest), reason]))
}

export function nameOf(digest: Buffer): string {
  return digest.toString('base64url')
}
