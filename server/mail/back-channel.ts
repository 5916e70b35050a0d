import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import type { FailureVerdict } from './classify-failure.ts'
import { recordRefusals, type Refused, withoutAddresses } from './refusals.ts'
import { domainDigest, domainOf, readerOf, suppress } from './suppressions.ts'

/** What was heard of a letter after it went. */
export interface Heard {
  /** Its id in the ledger; of one that is not known, or no more, nothing follows. */
  letter: string
  what: 'delivered' | 'bounced' | 'spam-reported'
  /** Why it came back; undefined where it was never tried. */
  verdict?: FailureVerdict | undefined
  /** The checked address of its recipient, where the caller names one. */
  address?: string | undefined
  /** What the mailbox's server said. */
  reply?: string | undefined
}

/** Servers try for days, and then tell; a return path that somebody kept for longer is worth nothing. */
const LATEST_DAYS = 7

/** The digest of the mailbox that a letter went to; undefined for one that did not go, or went long ago. */
export async function recentReaderOf(
  { db, keys, now }: Pick<Deps, 'db' | 'keys' | 'now'>,
  letter: string,
): Promise<Buffer | undefined> {
  const { rows } = await db.execute<{ mailboxDigest: Buffer | null }>(sql`
    select mailbox_digest as "mailboxDigest" from letters
    where id = ${letter} and coalesce(settled_at, asked_at)
      > ${now().toISOString()}::timestamptz - make_interval(days => ${LATEST_DAYS})`)
  return rows[0] && readerOf(keys, { id: letter, ...rows[0] })
}

/** What weighs more is heard last, in whatever order it is told. */
const weights: Record<Heard['what'], number> = { delivered: 1, bounced: 2, 'spam-reported': 3 }

/**
 * Writes down what was heard of many letters, and counts each letter once for each state: states lead forward only, so that
 * what is told twice or late changes nothing. A provider may be quicker than the worker that is about to write down that
 * the letter went; then it is written down and counted here. Mailboxes that are none, and those whose owners called a letter
 * spam, get no more mail.
 * @returns the letters of which this was news, but for those that would end all mail to a mailbox which is not known any more
 */
export async function hear(tx: Tx, keys: Keys, heard: Heard[], now: Date): Promise<Set<string>> {
  if (heard.length === 0) return new Set()
  const moved = await moveLetters(tx, weightiest(heard), now)
  const addresses = new Map(heard.map(({ letter, address }) => [letter, address]))
  const ended = moved.flatMap((letter) => {
    const digest = letter.ends && readerOf(keys, letter)
    const address = addresses.get(letter.id)
    return digest
      ? [{ digest, domain: address ? domainDigest(keys, domainOf(address)) : null, ...letter }]
      : []
  })
  for (const [reason, state] of reasons) {
    const some = ended.filter((letter) => letter.state === state)
    const digests = some.map(({ digest }) => digest)
    await suppress(tx, { digests, domains: some.map(({ domain }) => domain), reason, at: now })
  }
  await recordRefusals(tx, keys, refusalsIn(heard, moved, now))
  return new Set(moved.flatMap(({ id, ends, mailboxDigest }) => (ends && !mailboxDigest ? [] : id)))
}

const reasons = [
  ['bounced', 'bounced'],
  ['complained', 'spam-reported'],
] as const

/** Those that are news. */
function refusalsIn(heard: Heard[], moved: Moved[], at: Date): Refused[] {
  const news = new Set(moved.map(({ id }) => id))
  return weightiest(heard).flatMap(({ letter, what, verdict, address, reply }) =>
    what === 'bounced' && address && reply && news.has(letter)
      ? [{ address, verdict, reply: withoutAddresses(reply, address), at }]
      : [],
  )
}

interface Moved {
  id: string
  state: Heard['what']
  mailboxDigest: Buffer | null
  /** Its mailbox is to get no more mail. */
  ends: boolean
}

async function moveLetters(tx: Tx, heard: Heard[], now: Date): Promise<Moved[]> {
  const rows = heard.map(({ letter: id, what, verdict }) => ({
    id,
    state: what,
    ends: what === 'spam-reported' || verdict === 'no-such-mailbox',
    verdict,
  }))
  const at = sql`${now.toISOString()}::timestamptz`
  const { rows: moved } = await tx.execute<Moved & Record<string, unknown>>(sql`
    with heard as (
      select id, state, ends, verdict
      from json_to_recordset(${JSON.stringify(rows)}::json) as heard (id uuid, state text, ends bool, verdict text)),
    before as materialized (
      select id, state from letters where id in (select id from heard) order by id for update),
    moved as (
      update letters set state = heard.state, claimed_by = null, sealed = null,
        verdict = heard.verdict,
        settled_at = coalesce(letters.settled_at, ${at})
      from heard join before using (id)
      where letters.id = heard.id and (
        before.state in ('queued', 'claimed', 'sent') or (before.state = 'delivered' and heard.state <> 'delivered'))
      returning letters.id, campaign_id, email_digest, before.state as was, letters.state, mailbox_digest, ends),
    counted as (insert into mail_tallies as tally (campaign_id, hour, sent, delivered, bounced, spam_reported)
    select campaign_id, date_trunc('hour', ${at}, 'UTC'),
      count(*) filter (where was in ('queued', 'claimed')),
      count(*) filter (where state in ('delivered', 'spam-reported') and was <> 'delivered'),
      count(*) filter (where state = 'bounced'), count(*) filter (where state = 'spam-reported')
    from moved where email_digest is not null and campaign_id in (select id from campaigns)
    group by 1, 2 order by 1, 2
    on conflict (campaign_id, hour) do update set
      sent = tally.sent + excluded.sent, delivered = tally.delivered + excluded.delivered,
      bounced = tally.bounced + excluded.bounced, spam_reported = tally.spam_reported + excluded.spam_reported)
    select id, state, mailbox_digest as "mailboxDigest", ends from moved`)
  return moved
}

/** One of each letter. */
function weightiest(heard: Heard[]): Heard[] {
  const of = new Map<string, Heard>()
  for (const one of heard) {
    const known = of.get(one.letter)
    if (!known || weights[one.what] > weights[known.what]) of.set(one.letter, one)
    else if (known.what === one.what && one.verdict === 'no-such-mailbox') of.set(one.letter, one)
  }
  return [...of.values()]
}
