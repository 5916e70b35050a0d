import type { Write } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import type { Refusal } from '../refusal.ts'
import { minuteOf } from './counts.ts'
import { used } from './refusals.ts'

/** What lets in once. */
export interface Token {
  /** Of the challenge itself, never of how it was written down. */
  id: Buffer
  expiresAt: Date
}

/** A token on its way to be spent, and what its use counts for. */
export interface Spending extends Token {
  counted: Buffer[]
  at: Date
}

/** Insert and look: of two who bring the same, in whichever processes, one is let in. What was seen is counted with it. */
const SPEND = `
  with spent as (
    insert into captcha_spent (digest, expires_at)
    select id, expires_at from unnest($1::bytea[], $2::timestamptz[]) as token (id, expires_at) order by id
    on conflict (digest) do nothing
    returning digest),
  counted as (
    insert into captcha_counts as known (digest, minute, seen)
    select counted, $3::timestamptz, count(*) from unnest($4::bytea[], $5::bytea[]) as use (id, counted)
    join spent on spent.digest = use.id
    group by counted order by counted
    on conflict (digest, minute) do update set seen = known.seen + excluded.seen)
  select digest from spent`

/** @returns for each, whether it was the first: the others are refused as `captcha-used` */
export function spend(db: Db): Write<Spending, undefined> {
  return async (spendings) => {
    const firsts = firstOfEach(spendings)
    const uses = firsts.flatMap(({ id, counted }) => counted.map((digest) => [id, digest] as const))
    const { rows } = await db.$client.query<{ digest: Buffer }>({
      name: 'spend-captchas',
      text: SPEND,
      values: [
        firsts.map(({ id }) => id),
        firsts.map(({ expiresAt }) => expiresAt),
        minuteOf(spendings[0]!.at),
        uses.map(([id]) => id),
        uses.map(([, digest]) => digest),
      ],
    })
    const spent = new Set(rows.map(({ digest }) => digest.toString('hex')))
    return spendings.map((one): Refusal | undefined =>
      firsts.includes(one) && spent.has(one.id.toString('hex')) ? undefined : used(),
    )
  }
}

function firstOfEach(spendings: Spending[]): Spending[] {
  const firsts = new Map<string, Spending>()
  for (const one of spendings) {
    const name = one.id.toString('hex')
    if (!firsts.has(name)) firsts.set(name, one)
  }
  return [...firsts.values()]
}
