import { lt } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { requestCounts } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { forgetAddressKeys } from './address-names.ts'

export interface Counted {
  /** Names no address: see `address-names.ts`. */
  name: string
  /** Of its window, in milliseconds since 1970. */
  endsAt: number
  times: number
}

const ADD_UP = `
  insert into request_counts as known (name, ends_at, times)
  select * from unnest($1::text[], $2::timestamptz[], $3::int[]) order by 1, 2
  on conflict (name, ends_at) do update set times = known.times + excluded.times
  returning name, ends_at, times`

/** @returns what all processes counted, with these */
export async function addUp(db: Db, counted: Counted[]): Promise<Counted[]> {
  const { rows } = await db.$client.query<{ name: string; ends_at: Date; times: number }>(ADD_UP, [
    counted.map(({ name }) => name),
    counted.map(({ endsAt }) => new Date(endsAt)),
    counted.map(({ times }) => times),
  ])
  return rows.map(({ name, ends_at, times }) => ({ name, endsAt: ends_at.getTime(), times }))
}

/** Counts go when their window has ended, and then the keys under which addresses were named. */
export async function forgetRequests({ db, now }: Pick<Deps, 'db' | 'now'>): Promise<void> {
  const at = now()
  await db.delete(requestCounts).where(lt(requestCounts.endsAt, at))
  await forgetAddressKeys(db, at)
}
