import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { readerOf, suppress } from './suppressions.ts'

/** What was heard of a letter after it went. */
export interface Heard {
  /** Its id in the ledger; of one that is not known, or no more, nothing follows. */
  letter: string
  what: 'delivered' | 'bounced' | 'spam-reported'
  /** There is no such mailbox: the next letter would bounce too. */
  isForGood?: boolean
  /** It came back for what the address is: whoever typed it should look at it again. */
  blamesAddress?: boolean
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
  const ended = moved.filter(({ ends }) => ends)
  for (const [reason, state] of reasons) {
    const digests = ended.flatMap((letter) => (letter.state === state ? (readerOf(keys, letter) ?? []) : []))
    await suppress(tx, { digests, reason, at: now })
  }
  return new Set(moved.flatMap(({ id, ends, mailboxDigest }) => (ends && !mailboxDigest ? [] : id)))
}

const reasons = [
  ['bounced', 'bounced'],
  ['complained', 'spam-reported'],
] as const

interface Moved {
  id: string
  state: Heard['what']
  mailboxDigest: Buffer | null
  /** Its mailbox is to get no more mail. */
  ends: boolean
}

async function moveLetters(tx: Tx, heard: Heard[], now: Date): Promise<Moved[]> {
  const rows = heard.map(({ letter: id, what, isForGood = what === 'spam-reported', blamesAddress }) => ({
    id,
    state: what,
    ends: isForGood,
    blames: blamesAddress ?? false,
  }))
  const at = sql`${now.toISOString()}::timestamptz`
  const { rows: moved } = await tx.execute<Moved & Record<string, unknown>>(sql`
    with heard as (
      select id, state, ends, blames
      from json_to_recordset(${JSON.stringify(rows)}::json) as heard (id uuid, state text, ends bool, blames bool)),
    before as materialized (
      select id, state from letters where id in (select id from heard) order by id for update),
    moved as (
      update letters set state = heard.state, claimed_by = null, sealed = null,
        blames_address = heard.blames,
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
    else if (known.what === one.what && one.isForGood) of.set(one.letter, one)
  }
  return [...of.values()]
}
