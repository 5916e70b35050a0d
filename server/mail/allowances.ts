import { sql } from 'drizzle-orm'
import { type Db, transaction, type Tx } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { mayGo, type Send, within } from './caps.ts'
import { packed, unpacked } from './packed-sends.ts'

/** A letter that somebody caused by typing an address. */
export interface CappedLetter {
  id: string
  /** The checked address. */
  exact: string
  /** What counts as the same mailbox. */
  canonical: string
  campaignId: number | null
}

interface Counting {
  keys: Keys
  /** Whoever waited longest comes first. */
  letters: CappedLetter[]
  now: Date
}

/** What one mailbox was sent lately, and what asks to go to it now. */
interface Allowance {
  mailbox: Buffer
  sends: Send[]
  asking: { id: string; send: Send }[]
}

/**
 * Counts letters against what their mailboxes may still get. @returns the ids of those that are one too many
 *
 * A row is written before it is read, in the order of the keys, so that of two workers one waits for the other. A mailbox
 * that got no mail lately, as nearly all, is done with that.
 */
export async function countAgainstCaps(tx: Tx, { keys, letters, now }: Counting): Promise<Set<string>> {
  if (letters.length === 0) return new Set()
  const asNew = allowancesOf(keys, letters, now).map(decide)
  const known = await insertOrFind(tx, asNew, now)
  const decided = asNew.map((one) => {
    const sends = known.get(nameOf(one.mailbox))
    return sends ? decide({ ...one, sends: within(unpacked(sends), now.getTime()) }) : one
  })
  await rewrite(
    tx,
    decided.filter(({ mailbox }) => known.has(nameOf(mailbox))),
    now,
  )
  return new Set(decided.flatMap(({ refused }) => refused))
}

/** Takes letters out of the count again that their mailboxes never got. */
export async function uncountAgainstCaps(db: Db, { keys, letters, now }: Counting): Promise<void> {
  if (letters.length === 0) return
  await transaction(db, async (tx) => {
    const allowances = allowancesOf(keys, letters, now)
    const { rows } = await tx.execute<{ mailbox_digest: Buffer; sends: Buffer }>(sql`
      select mailbox_digest, sends from mail_allowances
      where mailbox_digest = any (${sql.param(allowances.map(({ mailbox }) => mailbox))}::bytea[])
      order by 1 for update`)
    const known = new Map(rows.map(({ mailbox_digest, sends }) => [nameOf(mailbox_digest), unpacked(sends)]))
    const decided = allowances.flatMap((one) => {
      const sends = known.get(nameOf(one.mailbox))
      return sends ? [{ ...one, after: withoutLast(sends, one.asking), refused: [] }] : []
    })
    await rewrite(tx, decided, now)
  })
}

/** Without the last send of each that is alike. */
function withoutLast(sends: Send[], asking: Allowance['asking']): Send[] {
  const left = [...sends]
  for (const { send } of asking) {
    const place = left.findLastIndex(
      ({ addressAndCampaign }) => addressAndCampaign === send.addressAndCampaign,
    )
    if (place >= 0) left.splice(place, 1)
  }
  return left
}

/** In the order of their keys. */
function allowancesOf(keys: Keys, letters: CappedLetter[], now: Date): Allowance[] {
  const allowances = [...Map.groupBy(letters, ({ canonical }) => canonical)].map(([canonical, asking]) => ({
    mailbox: keys.mac('mail-caps', Buffer.from(`mailbox ${canonical}`)),
    sends: [],
    asking: asking.map((letter) => ({ id: letter.id, send: sendOf(keys, letter, now) })),
  }))
  return allowances.sort((a, b) => Buffer.compare(a.mailbox, b.mailbox))
}

function sendOf(keys: Keys, { exact, canonical, campaignId }: CappedLetter, now: Date): Send {
  const mark = (text: string) => keys.mac('mail-caps', Buffer.from(text)).toString('hex', 0, 8)
  return {
    address: mark(`address ${exact}`),
    addressAndCampaign: mark(`campaign ${campaignId} ${exact}`),
    isPlain: exact === canonical,
    at: now.getTime(),
  }
}

type Decided = Allowance & { after: Send[]; refused: string[] }

function decide(allowance: Allowance): Decided {
  const after = [...allowance.sends]
  const refused: string[] = []
  for (const { id, send } of allowance.asking) {
    if (mayGo(after, send)) after.push(send)
    else refused.push(id)
  }
  return { ...allowance, after, refused }
}

/** @returns what is known of mailboxes that have a row, by their names; it is theirs until the end of the transaction */
async function insertOrFind(tx: Tx, decided: Decided[], now: Date): Promise<Map<string, Buffer>> {
  const { rows } = await tx.execute<{ mailbox_digest: Buffer; sends: Buffer; is_new: boolean }>(sql`
    insert into mail_allowances as known (mailbox_digest, sends, last_at)
    select * from ${rowsOf(decided, now)} order by 1
    on conflict (mailbox_digest) do update set sends = known.sends
    returning mailbox_digest, sends, xmax = 0 as is_new`)
  const found = rows.filter(({ is_new }) => !is_new)
  return new Map(found.map(({ mailbox_digest, sends }) => [nameOf(mailbox_digest), sends]))
}

async function rewrite(tx: Tx, decided: Decided[], now: Date): Promise<void> {
  if (decided.length === 0) return
  await tx.execute(sql`
    update mail_allowances as known set sends = after.sends, last_at = after.last_at
    from ${rowsOf(decided, now)} as after where known.mailbox_digest = after.mailbox_digest`)
}

function rowsOf(decided: Decided[], now: Date) {
  const mailboxes = sql.param(decided.map(({ mailbox }) => mailbox))
  const sends = sql.param(decided.map(({ after }) => packed(after)))
  return sql`(
    select mailbox_digest, sends, ${now.toISOString()}::timestamptz as last_at
    from unnest(${mailboxes}::bytea[], ${sends}::bytea[]) as row (mailbox_digest, sends))`
}

function nameOf(mailbox: Buffer): string {
  return mailbox.toString('base64url')
}
