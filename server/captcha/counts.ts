import type { Write } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import type { Gate } from './gates.ts'
import { PRICE_MINUTES, type Seen } from './price.ts'

const MINUTE_MS = 60_000

/** Somebody who asks for a challenge. */
export interface Asking {
  /** Of her address range: see `address-range.ts`. */
  address: Buffer
  source: Buffer | undefined
  campaign: Buffer
  at: Date
}

/** What the use of a proof counts for; what has no source of its own is part of the campaign alone. */
export function countersOf(keys: Keys, gate: Gate, source: string | undefined) {
  const counter = (name: string) => keys.mac('captcha', Buffer.from(`${name} ${gate.name}`))
  return { campaign: counter('all of'), source: source ? counter(`source ${source} of`) : undefined }
}

/** Counts who asks, and looks at what was seen before. */
const ASK = `
  with asked as (
    insert into captcha_counts as known (digest, minute, seen)
    select digest, $2::timestamptz, count(*) from unnest($1::bytea[]) as digest group by digest order by digest
    on conflict (digest, minute) do update set seen = known.seen + excluded.seen)
  select digest, sum(seen)::int as seen from captcha_counts
  where digest = any ($3::bytea[]) and minute > $4::timestamptz
  group by digest`

export function countAsking(db: Db): Write<Asking, Seen> {
  return async (askings) => {
    const at = askings[0]!.at
    const { rows } = await db.$client.query<{ digest: Buffer; seen: number }>({
      name: 'ask-for-captchas',
      text: ASK,
      values: [
        askings.map(({ address }) => address),
        minuteOf(at),
        askings.flatMap(({ address, source, campaign }) => [address, campaign, ...(source ? [source] : [])]),
        new Date(at.getTime() - PRICE_MINUTES * MINUTE_MS),
      ],
    })
    const seen = new Map(rows.map((row) => [row.digest.toString('hex'), row.seen]))
    const seenOf = (digest: Buffer | undefined) => seen.get(digest?.toString('hex') ?? '') ?? 0
    return askings.map(({ address, source, campaign }) => ({
      address: seenOf(address),
      source: seenOf(source),
      campaign: seenOf(campaign),
    }))
  }
}

/** What was seen at a gate, whoever stands there. */
export async function seenBefore(
  db: Db,
  { campaign, source }: Pick<Asking, 'campaign' | 'source'>,
  now: Date,
): Promise<Seen> {
  const { rows } = await db.$client.query<{ digest: Buffer; seen: number }>(
    `select digest, sum(seen)::int as seen from captcha_counts
     where digest = any ($1::bytea[]) and minute > $2::timestamptz group by digest`,
    [source ? [campaign, source] : [campaign], new Date(now.getTime() - PRICE_MINUTES * MINUTE_MS)],
  )
  const seenOf = (one: Buffer | undefined) => rows.find(({ digest }) => one?.equals(digest))?.seen ?? 0
  return { address: 0, campaign: seenOf(campaign), source: seenOf(source) }
}

/** Counts one more within ten minutes by the clock. @returns how many there are now */
export async function countOne(db: Db, digest: Buffer, now: Date): Promise<number> {
  const tenMinutes = new Date(Math.floor(now.getTime() / (10 * MINUTE_MS)) * 10 * MINUTE_MS)
  const { rows } = await db.$client.query<{ seen: number }>(
    `insert into captcha_counts as known (digest, minute, seen) values ($1, $2, 1)
     on conflict (digest, minute) do update set seen = known.seen + 1
     returning seen`,
    [digest, tenMinutes],
  )
  return rows[0]!.seen
}

export function minuteOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS)
}
