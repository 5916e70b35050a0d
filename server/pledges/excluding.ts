import { sql, type SQL } from 'drizzle-orm'
import { hex } from '../db/bytes.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { changeTallies } from '../leaderboards/tally.ts'
import { isLost, openContact } from './contact.ts'
import type { PledgeKey } from './mailbox.ts'
import { leaves, type PledgeState } from './states.ts'

/** The pledges that a rule is about. */
export interface Meant {
  campaignId: number
  /** A condition on `pledges pledge`. */
  where: SQL
  /** Judges the names of those who wait and ask to be listed; nobody else has one. */
  isNamed?: ((name: string) => boolean) | undefined
}

interface MeantRow extends Record<string, unknown> {
  email_digest: Buffer
  address_digest: Buffer
  state: PledgeState
  campus_id: number | null
  contact: Buffer | null
  /** Of those whose names are judged. */
  name?: string
}

type Cursor = Pick<PledgeKey, 'emailDigest' | 'addressDigest'>

interface Page {
  after?: Cursor | undefined
  limit: number
  locks: boolean
}

/** What a rule may take out: nothing that another exclusion holds. */
export function isExcludable(): SQL {
  return sql`pledge.exclusion_id is null and pledge.state in ${leaves.exclusion}`
}

/**
 * The next pledges that a rule would take out, in the order of their keys, so that whoever locks them locks them as
 * everybody does.
 * @returns `last`: where to go on; undefined after the last ones
 */
export async function nextMeant(
  db: DbOrTx,
  keys: Keys,
  { campaignId, where, isNamed }: Meant,
  { after, limit, locks }: Page,
): Promise<{ rows: MeantRow[]; last: Cursor | undefined }> {
  const { rows } = await db.execute<MeantRow>(sql`
    select email_digest, address_digest, state, campus_id, ${isNamed ? sql`contact` : sql`null as contact`}
    from pledges pledge
    where campaign_id = ${campaignId} and ${isExcludable()} and ${where}
      ${isNamed ? sql`and state = 'pending' and lists_name and contact is not null` : sql``}
      ${isAfter(after)}
    order by email_digest, address_digest limit ${limit} ${locks ? sql`for update` : sql``}`)
  const named = rows.map((row) => ({ ...row, name: nameIn(keys, campaignId, row) }))
  return {
    rows: isNamed ? named.filter(({ name }) => isNamed(name)) : rows,
    last: rows.length === limit ? cursorAt(rows.at(-1)) : undefined,
  }
}

function nameIn(keys: Keys, campaignId: number, row: MeantRow): string {
  if (!row.contact || isLost(keys, row.contact)) return ''
  const key = { campaignId, emailDigest: row.email_digest, addressDigest: row.address_digest }
  return openContact(keys, key, row.contact).name ?? ''
}

/**
 * Takes the next pledges out of the count, tallies included: what was confirmed becomes excluded, and what waits is
 * held, so that its confirmation will not count.
 * @returns how many, and where to go on
 */
export async function excludeNext(
  tx: Tx,
  keys: Keys,
  meant: Meant & { exclusionId: number },
  page: Omit<Page, 'locks'>,
): Promise<{ moved: number; last: Cursor | undefined }> {
  const { campaignId, exclusionId } = meant
  const { rows, last } = await nextMeant(tx, keys, meant, { ...page, locks: true })
  await tx.execute(sql`
    update pledges as pledge set exclusion_id = ${exclusionId},
      state = case state when 'confirmed' then 'excluded' else state end
    from ${keysOf(rows)}
    where pledge.campaign_id = ${campaignId} and pledge.email_digest = meant.email_digest
      and pledge.address_digest = meant.address_digest and pledge.state in ${leaves.exclusion}`)
  const confirmed = rows.filter(({ state }) => state === 'confirmed')
  await count(tx, campaignId, confirmed, -1)
  return { moved: rows.length, last }
}

/**
 * Gives back the next pledges that an exclusion holds, in the order of their keys: what it took out of the count counts
 * again, what waits may be confirmed, and what was taken back meanwhile stays so.
 * @returns how many, and where to go on; undefined once it holds none
 */
export async function giveBackNext(
  tx: Tx,
  { campaignId, exclusionId }: { campaignId: number; exclusionId: number },
  { after, limit }: Omit<Page, 'locks'>,
): Promise<{ moved: number; last: Cursor | undefined }> {
  const { rows } = await tx.execute<MeantRow>(sql`
    select email_digest, address_digest, state, campus_id from pledges
    where campaign_id = ${campaignId} and exclusion_id = ${exclusionId} ${isAfter(after)}
    order by email_digest, address_digest limit ${limit} for update`)
  await tx.execute(sql`
    update pledges as pledge set exclusion_id = null,
      state = case when state in ${leaves.undo} then 'confirmed' else state end
    from ${keysOf(rows)}
    where pledge.campaign_id = ${campaignId} and pledge.email_digest = meant.email_digest
      and pledge.address_digest = meant.address_digest and pledge.exclusion_id = ${exclusionId}`)
  const excluded = rows.filter(({ state }) => state === 'excluded')
  await count(tx, campaignId, excluded, 1)
  return {
    moved: rows.length,
    last: rows.length === limit ? cursorAt(rows.at(-1)) : await left(tx, exclusionId),
  }
}

/** Where to begin anew: while a spelling was held, the confirmation of another, passed already, became held too. */
async function left(tx: Tx, exclusionId: number): Promise<Cursor | undefined> {
  const { rows } = await tx.execute(sql`select from pledges where exclusion_id = ${exclusionId} limit 1`)
  return rows.length > 0 ? FIRST : undefined
}

/** Before every key. */
const FIRST: Cursor = { emailDigest: Buffer.alloc(0), addressDigest: Buffer.alloc(0) }

function cursorAt(row: MeantRow | undefined): Cursor | undefined {
  return row && { emailDigest: row.email_digest, addressDigest: row.address_digest }
}

function isAfter(after: Cursor | undefined): SQL {
  if (!after) return sql``
  return sql`and (email_digest, address_digest) > (${after.emailDigest}, ${after.addressDigest})`
}

async function count(tx: Tx, campaignId: number, rows: MeantRow[], by: 1 | -1): Promise<void> {
  await changeTallies(
    tx,
    rows.map(({ campus_id }) => ({ campaignId, campusId: campus_id ?? NO_CAMPUS, by })),
  )
}

function keysOf(rows: MeantRow[]): SQL {
  const records = rows.map(({ email_digest, address_digest }) => ({
    email_digest: hex(email_digest),
    address_digest: hex(address_digest),
  }))
  return sql`json_to_recordset(${JSON.stringify(records)}::json) as meant (email_digest bytea, address_digest bytea)`
}
