import { sql } from 'drizzle-orm'
import { writeBoxes } from '../contacts/sealed.ts'
import { hex } from '../db/bytes.ts'
import type { Tx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { countAnswers } from '../leaderboards/answers.ts'
import { changeTallies, countConfirmed } from '../leaderboards/tally.ts'
import { Refusal } from '../refusal.ts'
import { holdSuspects } from './holding.ts'
import {
  type Confirming,
  keepOf,
  type Kept,
  keyOfRow,
  nameOf,
  type PledgeRow,
  type SealedSignings,
  signedOf,
  ticketName,
} from './keeping.ts'
import { keyName } from './mailbox.ts'
import { leaves } from './states.ts'

export type { Confirming }

export interface Confirmed {
  campusId: number | undefined
  /** Whether the pledge waited until now. */
  isNew: boolean
  /** Of her mail domain; undefined for that of a campus. */
  domainDigest: Buffer | undefined
}

/**
 * Confirms pledges that arrived together: one counts for each mailbox, exactly what its email was about is written, what
 * else was signed with the address is erased, and the tallies move, all in one transaction. Confirming again answers the
 * same and changes nothing.
 */
export function confirmPledges(keys: Keys) {
  return async (tx: Tx, confirmings: Confirming[]): Promise<(Confirmed | Refusal)[]> => {
    const [{ at } = { at: undefined }] = confirmings
    if (!at) return []
    const rows = await lockSpellings(tx, confirmings)
    const sealed = await sealedOf(tx, confirmings)
    const signed = signedOf(keys, rows, { confirmings, sealed })
    await holdSuspects(
      tx,
      signed.map(({ row }) => row),
      at,
    )
    const kept = keepOf(rows, signed)
    await writeKept(tx, kept, at)
    await eraseSignings(tx, kept)
    await writeBoxes(tx, at, kept.map(sharedOf))
    await count(tx, kept, at)
    const known = { rows: new Map(rows.map((row) => [nameOf(row), row])), sealed, kept: byName(kept) }
    return confirmings.map((confirming) => answerFor(confirming, known))
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
      select campaign_id, email_digest, address_digest, state, campus_id, campus_proven, name_hidden, signing_id,
        exclusion_id, domain_digest, host_digest, signals
      from pledges left join mail_exchanges using (campaign_id, domain_digest)
      where campaign_id = ${campaignId} and email_digest = any (${mailboxes}::bytea[])
      order by campaign_id, email_digest, address_digest
      for update of pledges`)
    spellings.push(...rows)
  }
  return spellings
}

/** Read after the pledges are locked, which everybody does who writes or erases signings of theirs. */
async function sealedOf(tx: Tx, confirmings: Confirming[]): Promise<SealedSignings> {
  const records = confirmings.map(({ key, signingId }) => ({
    campaign_id: key.campaignId,
    email_digest: hex(key.emailDigest),
    address_digest: hex(key.addressDigest),
    signing_id: signingId,
  }))
  const { rows } = await tx.execute<SigningRow>(sql`
    select campaign_id, email_digest, address_digest, signing_id, signing.sealed
    from signings signing join json_populate_recordset(null::signings, ${JSON.stringify(records)}::json) as asked
      using (campaign_id, email_digest, address_digest, signing_id)`)
  return new Map(
    rows.map((row) => [ticketName({ key: keyOfRow(row), signingId: row.signing_id }), row.sealed]),
  )
}

type SigningRow = Pick<PledgeRow, 'campaign_id' | 'email_digest' | 'address_digest' | 'signing_id'> & {
  sealed: Buffer | null
}

async function writeKept(tx: Tx, kept: Kept[], at: Date): Promise<void> {
  if (kept.length === 0) return
  const records = kept.map(({ row, contact, displayName, listedOn, nameHidden, ...one }) => ({
    campaign_id: row.campaign_id,
    email_digest: hex(row.email_digest),
    address_digest: hex(row.address_digest),
    state: one.state,
    exclusion_id: one.exclusionId,
    signing_id: one.signingId,
    campus_id: one.campusId,
    campus_proven: one.campusProven,
    affiliation: one.affiliation,
    source: one.source,
    signals: one.signals,
    contact: contact && hex(contact),
    display_name: displayName,
    listed_on: listedOn,
    name_hidden: nameHidden,
    wants_updates: one.wantsUpdates,
    lists_name: one.listsName,
    clauses: one.clauses,
    text_version: one.textVersion,
    locale: one.locale,
    confirmed_at: one.state === 'pending' ? null : at.toISOString(),
  }))
  await tx.execute(sql`
    update pledges as pledge set
      state = kept.state, signing_id = kept.signing_id, campus_id = kept.campus_id, campus_proven = kept.campus_proven,
      affiliation = kept.affiliation, source = kept.source, signals = kept.signals,
      contact = kept.contact, display_name = kept.display_name,
      listed_on = kept.listed_on, name_hidden = kept.name_hidden,
      wants_updates = kept.wants_updates, lists_name = kept.lists_name, clauses = kept.clauses,
      text_version = kept.text_version, locale = kept.locale,
      confirmed_at = kept.confirmed_at, exclusion_id = kept.exclusion_id
    from json_populate_recordset(null::pledges, ${JSON.stringify(records)}::json) as kept
    where pledge.campaign_id = kept.campaign_id and pledge.email_digest = kept.email_digest
      and pledge.address_digest = kept.address_digest and pledge.state in ${leaves.confirmation}`)
}

/** Their ids stay for as long as links are good, so that pressing any of them again answers the same. */
async function eraseSignings(tx: Tx, kept: Kept[]): Promise<void> {
  if (kept.length === 0) return
  const records = kept.map(({ row }) => ({
    campaign_id: row.campaign_id,
    email_digest: hex(row.email_digest),
    address_digest: hex(row.address_digest),
  }))
  await tx.execute(sql`
    update signings as signing set sealed = null, signed_at = date_trunc('day', signing.signed_at, 'UTC')
    from json_populate_recordset(null::signings, ${JSON.stringify(records)}::json) as kept
    where signing.campaign_id = kept.campaign_id and signing.email_digest = kept.email_digest
      and signing.address_digest = kept.address_digest`)
}

function sharedOf({ row, boxes }: Kept) {
  return { ...keyOfRow(row), boxes }
}

async function count(tx: Tx, kept: Kept[], at: Date): Promise<void> {
  const counted = kept.filter(({ state }) => state === 'confirmed')
  const changes = counted.map(({ row, campusId }) => ({
    campaignId: row.campaign_id,
    campusId: campusId ?? NO_CAMPUS,
    by: 1,
  }))
  await changeTallies(tx, changes)
  await countConfirmed(tx, at, changes)
  await countAnswers(
    tx,
    counted.flatMap(({ answers }) => answers),
  )
}

function byName(kept: Kept[]): Map<string, Kept> {
  return new Map(kept.map((one) => [nameOf(one.row), one]))
}

interface Known {
  /** As they were before. */
  rows: Map<string, PledgeRow>
  sealed: SealedSignings
  kept: Map<string, Kept>
}

function answerFor(confirming: Confirming, { rows, sealed, kept }: Known): Confirmed | Refusal {
  const name = keyName(confirming.key)
  const row = rows.get(name)
  if (row?.state === 'withdrawn') {
    return new Refusal('pledge-withdrawn', 'This pledge was taken back. To pledge again, sign once more.')
  }
  const isOfPledge = sealed.has(ticketName(confirming)) || row?.signing_id === confirming.signingId
  const now = kept.get(name)
  // A second spelling that was passed over goes on waiting with nothing sealed, and is answered as if it counted.
  const isDone = now !== undefined || row?.state !== 'pending' || sealed.get(ticketName(confirming)) === null
  if (!row || !isOfPledge || !isDone) {
    const detail =
      'This link belongs to a signature that was erased, taken back, or not confirmed within 7 days.'
    return new Refusal('token-expired', detail)
  }
  const { campusId, campusProven } = now ?? { campusId: row.campus_id, campusProven: row.campus_proven }
  return {
    campusId: campusId ?? undefined,
    isNew: row.state === 'pending',
    domainDigest: campusProven ? undefined : row.domain_digest,
  }
}
