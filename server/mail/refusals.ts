/** Which domains refuse our email, and why: for the operator, who can get us off their lists. */
import { sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import type { FailureVerdict } from './classify-failure.ts'
import { domainDigest, domainOf } from './suppressions.ts'

/** One refusal of one email. */
export interface Refused {
  /** The mailbox that it was for. */
  address: string
  verdict: FailureVerdict | undefined
  /** What the server said, `withoutAddresses`. */
  reply: string
  at: Date
}

/** A domain has its name once so many mailboxes of it were refused. */
const NAMED_FROM = 5
const MARK_BYTES = 8
const DAYS = 7

/** Writes down those that blame us, or that nobody understands; the others are about their mailboxes. */
export async function recordRefusals(db: DbOrTx, keys: Keys, all: Refused[]): Promise<void> {
  const isForOperators = ({ verdict }: Refused) => verdict === 'refuses-us' || verdict === 'unknown'
  const byDomain = Map.groupBy(all.filter(isForOperators), ({ address }) => domainOf(address))
  const rows = [...byDomain].map(([domain, refusals]) => ({
    domain,
    refusals,
    digest: domainDigest(keys, domain),
  }))
  for (const row of rows.sort((a, b) => Buffer.compare(a.digest, b.digest))) await recordOf(db, keys, row)
}

interface OfDomain {
  domain: string
  digest: Buffer
  refusals: Refused[]
}

/** Of a domain that has its name, its mailboxes are counted no more. */
async function recordOf(db: DbOrTx, keys: Keys, { domain, digest, refusals }: OfDomain): Promise<void> {
  const marks = new Set(refusals.map(({ address }) => markOf(keys, address).toString('hex')))
  const mailboxes = sql`${sql.param([...marks].map((mark) => Buffer.from(mark, 'hex')))}::bytea[]`
  const last = refusals.at(-1)!
  const at = sql`${last.at.toISOString()}::timestamptz`
  const both = sql`(select distinct mark from unnest(known.mailboxes || excluded.mailboxes) as mark)`
  await db.execute(sql`
    insert into mail_refusals as known
      (domain_digest, domain, mailboxes, refusals, first_at, last_at, verdict, reply)
    values (${digest}, ${marks.size >= NAMED_FROM ? domain : null},
      case when ${marks.size >= NAMED_FROM} then '{}' else ${mailboxes} end,
      ${refusals.length}, ${at}, ${at}, ${last.verdict}, ${last.reply})
    on conflict (domain_digest) do update set
      domain = case when known.domain is not null or (select count(*) from ${both} as marks) >= ${NAMED_FROM}
        then ${domain} end,
      mailboxes = case when known.domain is null and (select count(*) from ${both} as marks) < ${NAMED_FROM}
        then array(${both}) else '{}' end,
      refusals = known.refusals + excluded.refusals,
      last_at = excluded.last_at, verdict = excluded.verdict, reply = excluded.reply`)
}

function markOf(keys: Keys, address: string): Buffer {
  return keys.mac('suppression', Buffer.from(`refusal ${address}`)).subarray(0, MARK_BYTES)
}

export interface RefusingDomain extends Record<string, unknown> {
  /** Null where fewer than five of its mailboxes were refused. */
  domain: string | null
  refusals: number
  firstAt: Date
  lastAt: Date
  verdict: FailureVerdict
  reply: string
}

/** Those of the last seven days, the newest first. */
export async function refusingDomains({ db, now }: Pick<Deps, 'db' | 'now'>): Promise<RefusingDomain[]> {
  const { rows } = await db.execute<RefusingDomain>(sql`
    select domain, refusals, first_at as "firstAt", last_at as "lastAt", verdict, reply
    from mail_refusals where last_at > ${now().toISOString()}::timestamptz - make_interval(days => ${DAYS})
    order by last_at desc, refusals desc`)
  return rows
}

export async function forgetRefusals({ db, now }: Pick<Deps, 'db' | 'now'>): Promise<void> {
  await db.execute(sql`
    delete from mail_refusals
    where last_at <= ${now().toISOString()}::timestamptz - make_interval(days => ${DAYS})`)
}

const LONGEST_REPLY = 200

/**
 * What a server said, in one line, trimmed, without what names the recipient: addresses, the parts of theirs, and queries
 * of URLs, which may hold either.
 */
export function withoutAddresses(reply: string, recipient: string): string {
  const [local = '', domain = ''] = recipient.split('@')
  return reply
    .slice(0, 10 * LONGEST_REPLY)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/(https?:\/\/[^\s?#]*)[?#]\S*/gi, '$1')
    .replace(/[^\s<>()"',;:[\]]+(@|%40|=40)[^\s<>()"',;:[\]]+/gi, '…')
    .replace(wholeWord(`([a-z0-9_-]+\\.)*${escaped(domainOf(recipient))}`), '…')
    .replace(wholeWord(escaped(domain)), '…')
    .replace(wholeWord(escaped(local)), '…')
    .slice(0, LONGEST_REPLY)
}

function escaped(text: string): string {
  return text.replace(/\W/g, '\\$&')
}

function wholeWord(pattern: string): RegExp {
  return new RegExp(`(?<![a-z0-9])${pattern}(?![a-z0-9])`, 'gi')
}
