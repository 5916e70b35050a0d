import { sql } from 'drizzle-orm'
import { hex } from '../db/bytes.ts'
import type { Tx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { countAnswers } from '../leaderboards/answers.ts'
import { changeTallies, countConfirmed } from '../leaderboards/tally.ts'
import { Refusal } from '../refusal.ts'
import { openContact, sealContact } from './contact.ts'
import type { Answer } from './contract.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { displayName } from './name.ts'
import { holdsPlace, leaves, type PledgeState } from './states.ts'

/** One confirmation, by link or by code. */
export interface Confirming {
  key: PledgeKey
  /** The choices that the email listed: no others are kept. */
  choices: Buffer
  at: Date
}

export interface Confirmed {
  campusId: number | undefined
  /** The campus's exact tally, this pledge included. */
  tally: number
}

interface PledgeRow extends Record<string, unknown> {
  campaign_id: number
  email_digest: Buffer
  address_digest: Buffer
  state: PledgeState
  campus_id: number | null
  contact: Buffer | null
  display_name: string | null
  lists_name: boolean
  wants_updates: boolean
  choices_hash: Buffer
  exclusion_id: number | null
}

/** What is written of a pledge at its confirmation; nothing else of its contact remains. */
interface Kept {
  row: PledgeRow
  contact: Buffer | null
  displayName: string | null
  wantsUpdates: boolean
  listsName: boolean
  clauses: number[]
  /** Counted, and not written. */
  answers: Answer[]
  /** Pending still where another spelling has the mailbox's place already. */
  state: 'confirmed' | 'excluded' | 'pending'
  /** The exclusion that holds this mailbox. */
  exclusionId: number | null
}

/**
 * Confirms pledges that arrived together: one counts for each mailbox, exactly what was ticked is kept, the rest is
 * erased, and the tallies move, all in one transaction. Confirming again answers the same and changes nothing.
 */
export function confirmPledges(keys: Keys) {
  return async (tx: Tx, confirmings: Confirming[]): Promise<(Confirmed | Refusal)[]> => {
    const rows = await lockSpellings(tx, confirmings)
    const kept = keepOf(keys, rows, confirmings)
    await writeKept(tx, kept, confirmings[0]?.at)
    await count(tx, kept, confirmings[0]?.at)
    const own = new Map(rows.map((row) => [nameOf(row), row]))
    const tallies = await talliesOf(tx, rows)
    return confirmings.map(({ key }) => answerFor(own.get(keyName(key)), tallies))
  }
}

/** Every spelling of the mailboxes, locked in the order of the primary key. */
async function lockSpellings(tx: Tx, confirmings: Confirming[]): Promise<PledgeRow[]> {
  const digests = Map.groupBy(confirmings, ({ key }) => key.campaignId)
  const spellings: PledgeRow[] = []
  for (const [campaignId, ofCampaign] of [...digests].sort(([a], [b]) => a - b)) {
    const mailboxes = `{${ofCampaign.map(({ key }) => `"\\${hex(key.emailDigest)}"`).join(',')}}`
    // By a list and not by a join: the planner then looks each up in the index, however little it knows of the table.
    const { rows } = await tx.execute<PledgeRow>(sql`
      select campaign_id, email_digest, address_digest, state, campus_id, contact, display_name, lists_name,
        wants_updates, choices_hash, exclusion_id
      from pledges
      where campaign_id = ${campaignId} and email_digest = any (${mailboxes}::bytea[])
      order by campaign_id, email_digest, address_digest
      for update`)
    spellings.push(...rows)
  }
  return spellings
}

/** Of a second spelling of the mailbox. */
const nothing = {
  contact: null,
  displayName: null,
  wantsUpdates: false,
  listsName: false,
  clauses: [],
  answers: [],
}

/**
 * Decides for each pending pledge that is confirmed; the first spelling of a mailbox takes its place. Where an exclusion
 * holds any spelling, also one that was taken back, the place is one of the excluded: all else is as for everybody.
 */
function keepOf(keys: Keys, rows: PledgeRow[], confirmings: Confirming[]): Kept[] {
  const taken = new Set(rows.filter(({ state }) => holdsPlace(state)).map(mailboxOf))
  const held = new Map(rows.flatMap((row) => (row.exclusion_id ? [[mailboxOf(row), row.exclusion_id]] : [])))
  const own = new Map(rows.map((row) => [nameOf(row), row]))
  const kept: Kept[] = []
  for (const { key, choices } of confirmings) {
    const row = own.get(keyName(key))
    if (row?.state !== 'pending') continue
    own.delete(keyName(key))
    if (taken.has(mailboxOf(row))) {
      kept.push({ row, ...nothing, state: 'pending', exclusionId: row.exclusion_id })
    } else {
      taken.add(mailboxOf(row))
      kept.push(keepTicked(keys, row, { choices, exclusionId: held.get(mailboxOf(row)) ?? null }))
    }
  }
  return kept
}

interface Ticked extends Pick<Confirming, 'choices'> {
  exclusionId: number | null
}

/** Keeps the choices only if they are those the email listed; somebody may have signed this address since. */
function keepTicked(keys: Keys, row: PledgeRow, { choices, exclusionId }: Ticked): Kept {
  const isListed = row.choices_hash.equals(choices)
  const listsName = isListed && row.lists_name
  const wantsUpdates = isListed && row.wants_updates
  const key = keyOf(row)
  const contact = row.contact && isListed ? openContact(keys, key, row.contact) : undefined
  return {
    row,
    state: exclusionId === null ? 'confirmed' : 'excluded',
    exclusionId,
    listsName,
    wantsUpdates,
    displayName: listsName ? (contact?.name ? displayName(contact.name) : row.display_name) : null,
    contact: wantsUpdates && contact ? sealContact(keys, key, { email: contact.email }) : null,
    clauses: contact?.clauses ?? [],
    answers: contact?.answers ?? [],
  }
}

async function writeKept(tx: Tx, kept: Kept[], at: Date | undefined): Promise<void> {
  if (kept.length === 0) return
  const records = kept.map(({ row, contact, displayName, ...one }) => ({
    campaign_id: row.campaign_id,
    email_digest: hex(row.email_digest),
    address_digest: hex(row.address_digest),
    state: one.state,
    exclusion_id: one.exclusionId,
    contact: contact && hex(contact),
    display_name: displayName,
    wants_updates: one.wantsUpdates,
    lists_name: one.listsName,
    clauses: one.clauses,
    confirmed_at: one.state === 'pending' ? null : at?.toISOString(),
  }))
  await tx.execute(sql`
    update pledges as pledge set
      state = kept.state, contact = kept.contact, display_name = kept.display_name,
      wants_updates = kept.wants_updates, lists_name = kept.lists_name, clauses = kept.clauses,
      confirmed_at = kept.confirmed_at, exclusion_id = kept.exclusion_id
    from json_populate_recordset(null::pledges, ${JSON.stringify(records)}::json) as kept
    where pledge.campaign_id = kept.campaign_id and pledge.email_digest = kept.email_digest
      and pledge.address_digest = kept.address_digest and pledge.state in ${leaves.confirmation}`)
}

async function count(tx: Tx, kept: Kept[], at: Date | undefined): Promise<void> {
  if (!at) return
  const counted = kept.filter(({ state }) => state === 'confirmed')
  const changes = counted.map(({ row }) => ({
    campaignId: row.campaign_id,
    campusId: row.campus_id ?? NO_CAMPUS,
    by: 1,
  }))
  await changeTallies(tx, changes)
  await countConfirmed(tx, at, changes)
  await countAnswers(
    tx,
    counted.flatMap(({ answers }) => answers),
  )
}

async function talliesOf(tx: Tx, rows: PledgeRow[]): Promise<Map<string, number>> {
  const campuses = rows.map(({ campaign_id, campus_id }) => ({
    campaign_id,
    campus_id: campus_id ?? NO_CAMPUS,
  }))
  const { rows: found } = await tx.execute<{ campaign_id: number; campus_id: number; confirmed: number }>(sql`
    select campaign_id, campus_id, confirmed from tallies
    where (campaign_id, campus_id) in (
      select campaign_id, campus_id
      from json_to_recordset(${JSON.stringify(campuses)}::json) as campus (campaign_id int, campus_id int))`)
  return new Map(found.map((tally) => [`${tally.campaign_id} ${tally.campus_id}`, tally.confirmed]))
}

function answerFor(row: PledgeRow | undefined, tallies: Map<string, number>): Confirmed | Refusal {
  if (!row)
    return new Refusal('token-expired', 'This pledge is gone: it was erased, or not confirmed within 7 days.')
  if (row.state === 'withdrawn') {
    return new Refusal('pledge-withdrawn', 'This pledge was taken back. To pledge again, sign once more.')
  }
  const tally = tallies.get(`${row.campaign_id} ${row.campus_id ?? NO_CAMPUS}`) ?? 0
  return { campusId: row.campus_id ?? undefined, tally }
}

function keyOf(row: PledgeRow): PledgeKey {
  return { campaignId: row.campaign_id, emailDigest: row.email_digest, addressDigest: row.address_digest }
}

function nameOf(row: PledgeRow): string {
  return keyName(keyOf(row))
}

function mailboxOf({ campaign_id, email_digest }: PledgeRow): string {
  return `${campaign_id} ${email_digest.toString('base64url')}`
}
