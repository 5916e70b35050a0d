import { type SQL, sql } from 'drizzle-orm'
import { type Db, isDatabaseAway, transaction, type Tx } from '../db/db.ts'

const BATCH = 500

interface Key {
  email_digest: Buffer
  address_digest: Buffer
}

/**
 * Leaves of a forgotten campaign's pledges what tallies count, under digests of nothing; whoever took hers back, or
 * never confirmed, goes altogether. A row that fails, or that somebody has in hand, stops no other.
 * @returns how many lead to nobody any more
 */
export async function reducePledges(db: Db, campaignId: number): Promise<number> {
  let reduced = 0
  let after: Key | undefined
  for (;;) {
    const keys = await nextKeys(db, campaignId, after)
    if (keys.length === 0) return reduced
    reduced += await reduceAll(db, campaignId, keys)
    after = keys.at(-1)
  }
}

/** What is left of one that was reduced has no mail domain. */
const IS_LEFT = sql`domain_digest <> ''::bytea`

/** How many still lead to somebody. */
export async function countUnreduced(db: Db, campaignId: number): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from pledges where campaign_id = ${campaignId} and ${IS_LEFT}`,
  )
  return rows[0]?.count ?? 0
}

async function nextKeys(db: Db, campaignId: number, after: Key | undefined): Promise<Key[]> {
  const further = after
    ? sql`and (email_digest, address_digest) > (${after.email_digest}, ${after.address_digest})`
    : sql``
  const { rows } = await db.execute<{ email_digest: Buffer; address_digest: Buffer }>(sql`
    select email_digest, address_digest from pledges
    where campaign_id = ${campaignId} and ${IS_LEFT} ${further}
    order by email_digest, address_digest limit ${BATCH}`)
  return rows
}

/** Halves of what fails are tried by themselves, until the one that makes it fail stands alone and is passed over. */
async function reduceAll(db: Db, campaignId: number, keys: Key[]): Promise<number> {
  try {
    // In a transaction, whose end is waited for: until then the rows of one that failed are held by it.
    return await transaction(db, (tx) => reduce(tx, campaignId, keys))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    if (keys.length === 1) return 0
    const half = Math.ceil(keys.length / 2)
    const first = await reduceAll(db, campaignId, keys.slice(0, half))
    return first + (await reduceAll(db, campaignId, keys.slice(half)))
  }
}

/**
 * Deleted and written anew, so that shared contacts go with the old row. Columns by name: one that is added later is not
 * kept unless somebody writes it here.
 */
async function reduce(tx: Tx, campaignId: number, keys: Key[]): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(sql`
    with meant as materialized (
      select email_digest, address_digest from pledges
      where campaign_id = ${campaignId} and (email_digest, address_digest) in (select * from unnest(
        ${sql.param(keys.map((key) => key.email_digest))}::bytea[],
        ${sql.param(keys.map((key) => key.address_digest))}::bytea[]))
      order by email_digest, address_digest for update skip locked),
    gone as (
      delete from pledges using meant
      where campaign_id = ${campaignId} and pledges.email_digest = meant.email_digest
        and pledges.address_digest = meant.address_digest
      returning pledges.*),
    counted as (
      insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven,
        affiliation, text_version, locale, source, clauses, exclusion_id, signed_at, confirmed_at,
        lists_name, wants_updates)
      select campaign_id, ${randomDigest()}, ${randomDigest()}, ''::bytea, state, campus_id, campus_proven,
        affiliation, text_version, locale, source, clauses, exclusion_id,
        date_trunc('day', signed_at, 'UTC'), date_trunc('day', confirmed_at, 'UTC'),
        false, false
      from gone where state in ('confirmed', 'excluded'))
    select count(*)::int as count from gone`)
  return rows[0]?.count ?? 0
}

/** Of nothing, and kept nowhere else. */
function randomDigest(): SQL {
  return sql`sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))`
}
