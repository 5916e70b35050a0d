import { sql } from 'drizzle-orm'
import { textNames } from '../campaigns/texts.ts'
import { writeBoxes } from '../contacts/sealed.ts'
import { hex } from '../db/bytes.ts'
import type { Tx } from '../db/db.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import type { Keys } from '../keys.ts'
import { countAnswers } from '../leaderboards/answers.ts'
import { changeTallies, countConfirmed } from '../leaderboards/tally.ts'
import { Refusal } from '../refusal.ts'
import { type NamedText, showsSameText } from './choices.ts'
import { holdSuspects } from './holding.ts'
import { type Confirming, keepOf, type Kept, nameOf, type PledgeRow } from './keeping.ts'
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
 * Confirms pledges that arrived together: one counts for each mailbox, exactly what was ticked is kept, the rest is
 * erased, and the tallies move, all in one transaction. Confirming again answers the same and changes nothing.
 */
export function confirmPledges(keys: Keys) {
  return async (tx: Tx, confirmings: Confirming[]): Promise<(Confirmed | Refusal)[]> => {
    const rows = await lockSpellings(tx, confirmings)
    if (confirmings[0]) await holdSuspects(tx, waiting(rows, confirmings), confirmings[0].at)
    const kept = keepOf(keys, rows, { confirmings, texts: await textsOf(tx, rows, confirmings) })
    await writeKept(tx, kept, confirmings[0]?.at)
    if (confirmings[0]) await writeBoxes(tx, confirmings[0].at, kept.map(sharedOf))
    await count(tx, kept, confirmings[0]?.at)
    const own = new Map(rows.map((row) => [nameOf(row), row]))
    return confirmings.map(({ key }) => answerFor(own.get(keyName(key))))
  }
}

/** Those that are confirmed now. */
function waiting(rows: PledgeRow[], confirmings: Confirming[]): PledgeRow[] {
  const own = new Set(confirmings.map(({ key }) => keyName(key)))
  return rows.filter((row) => row.state === 'pending' && own.has(nameOf(row)))
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
        name_hidden, wants_updates, choices_hash, text_version, locale, exclusion_id, campus_proven, domain_digest, host_digest, signals
      from pledges left join mail_exchanges using (campaign_id, domain_digest)
      where campaign_id = ${campaignId} and email_digest = any (${mailboxes}::bytea[])
      order by campaign_id, email_digest, address_digest
      for update of pledges`)
    spellings.push(...rows)
  }
  return spellings
}

/** Where an email showed another wording than its pledge has by now, since somebody signed anew: all there ever was. */
async function textsOf(tx: Tx, rows: PledgeRow[], confirmings: Confirming[]): Promise<NamedText[]> {
  const own = new Map(rows.map((row) => [nameOf(row), row]))
  const others = confirmings.filter(({ key, choices }) => {
    const row = own.get(keyName(key))
    return row?.state === 'pending' && !showsSameText(row.choices_hash, choices)
  })
  const texts: NamedText[] = []
  for (const campaignId of new Set(others.map(({ key }) => key.campaignId)))
    texts.push(...(await textNames(tx, campaignId)))
  return texts
}

async function writeKept(tx: Tx, kept: Kept[], at: Date | undefined): Promise<void> {
  if (kept.length === 0) return
  const records = kept.map(({ row, contact, displayName, listedOn, nameHidden, ...one }) => ({
    campaign_id: row.campaign_id,
    email_digest: hex(row.email_digest),
    address_digest: hex(row.address_digest),
    state: one.state,
    exclusion_id: one.exclusionId,
    contact: contact && hex(contact),
    display_name: displayName,
    listed_on: listedOn,
    name_hidden: nameHidden,
    wants_updates: one.wantsUpdates,
    lists_name: one.listsName,
    clauses: one.clauses,
    text_version: one.text.version,
    locale: one.text.locale,
    confirmed_at: one.state === 'pending' ? null : at?.toISOString(),
  }))
  await tx.execute(sql`
    update pledges as pledge set
      state = kept.state, contact = kept.contact, display_name = kept.display_name,
      listed_on = kept.listed_on, name_hidden = kept.name_hidden,
      wants_updates = kept.wants_updates, lists_name = kept.lists_name, clauses = kept.clauses,
      text_version = kept.text_version, locale = kept.locale,
      confirmed_at = kept.confirmed_at, exclusion_id = kept.exclusion_id
    from json_populate_recordset(null::pledges, ${JSON.stringify(records)}::json) as kept
    where pledge.campaign_id = kept.campaign_id and pledge.email_digest = kept.email_digest
      and pledge.address_digest = kept.address_digest and pledge.state in ${leaves.confirmation}`)
}

function sharedOf({ row, boxes }: Kept) {
  return {
    campaignId: row.campaign_id,
    emailDigest: row.email_digest,
    addressDigest: row.address_digest,
    boxes,
  }
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

function answerFor(row: PledgeRow | undefined): Confirmed | Refusal {
  if (!row)
    return new Refusal('token-expired', 'This pledge is gone: it was erased, or not confirmed within 7 days.')
  if (row.state === 'withdrawn') {
    return new Refusal('pledge-withdrawn', 'This pledge was taken back. To pledge again, sign once more.')
  }
  return {
    campusId: row.campus_id ?? undefined,
    isNew: row.state === 'pending',
    domainDigest: row.campus_proven ? undefined : row.domain_digest,
  }
}
