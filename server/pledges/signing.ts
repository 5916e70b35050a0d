import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { hex } from '../db/bytes.ts'
import { addJobs } from '../db/queue.ts'
import { NO_CAMPUS } from '../db/schema.ts'
import { countInHour } from '../leaderboards/tally.ts'
import type { Choices } from './choices.ts'
import { NONCE_BYTES } from './code.ts'
import { forgiveTries } from './code-tries.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { leaves } from './states.ts'

/** One signature on its way into the database: checked, digested, sealed. */
export interface Signing {
  key: PledgeKey
  domainDigest: Buffer
  /** Name and address, sealed: kept with the pledge while it is pending, and with the job until its email is sent. */
  contact: Buffer
  choices: Choices
  choicesHash: Buffer
  campusProven: boolean
  textVersion: number
  locale: string
  source: string | undefined
  at: Date
}

/**
 * Writes signatures that arrived together, and the jobs that write to their mailboxes, in one transaction.
 * A mailbox that has pledged already gets the same statements and the same job; the email alone differs.
 */
export async function writeSignings(tx: Tx, signings: Signing[]): Promise<undefined[]> {
  const newest = newestOfEach(signings)
  await countCreated(tx, await upsertPledges(tx, newest), signings[0]?.at ?? new Date(0))
  await forgiveTries(
    tx,
    newest.map(({ key }) => key),
  )
  await addJobs(tx, newest.map(emailJob))
  return signings.map(() => undefined)
}

/** Somebody who pressed twice is in the batch twice; in order of their keys, so that batches lock rows alike. */
function newestOfEach(signings: Signing[]): Signing[] {
  const newest = new Map(signings.map((signing) => [keyName(signing.key), signing]))
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, signing]) => signing)
}

interface Written {
  campaign_id: number
  campus_id: number | null
  is_new: boolean
}

/** A pending or withdrawn pledge takes the new choices; a counted one stays as it is. */
async function upsertPledges(tx: Tx, signings: Signing[]): Promise<Written[]> {
  const { rows } = await tx.execute<Written & Record<string, unknown>>(sql`
    insert into pledges as pledge (
      campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven, contact, lists_name,
      wants_updates, affiliation, text_version, locale, source, choices_hash, code_nonce, signed_at)
    select
      campaign_id, email_digest, address_digest, domain_digest, 'pending', campus_id, campus_proven, contact,
      lists_name, wants_updates, affiliation, text_version, locale, source, choices_hash, code_nonce, signed_at
    from json_populate_recordset(null::pledges, ${JSON.stringify(signings.map(columnsOf))}::json)
    on conflict (campaign_id, email_digest, address_digest) do update set
      state = 'pending', campus_id = excluded.campus_id, campus_proven = excluded.campus_proven,
      contact = excluded.contact, lists_name = excluded.lists_name, wants_updates = excluded.wants_updates,
      affiliation = excluded.affiliation, text_version = excluded.text_version, locale = excluded.locale,
      source = excluded.source, choices_hash = excluded.choices_hash, signed_at = excluded.signed_at,
      confirmed_at = null, withdrawn_at = null
    where pledge.state in ${leaves.signing}
    returning campaign_id, campus_id, (xmax = 0) as is_new`)
  return rows
}

function columnsOf(signing: Signing) {
  const { key, choices } = signing
  return {
    campaign_id: key.campaignId,
    email_digest: hex(key.emailDigest),
    address_digest: hex(key.addressDigest),
    domain_digest: hex(signing.domainDigest),
    campus_id: choices.campusId,
    campus_proven: signing.campusProven,
    contact: hex(signing.contact),
    lists_name: choices.listsName,
    wants_updates: choices.wantsUpdates,
    affiliation: choices.affiliation,
    text_version: signing.textVersion,
    locale: signing.locale,
    source: signing.source,
    choices_hash: hex(signing.choicesHash),
    code_nonce: hex(randomBytes(NONCE_BYTES)),
    signed_at: signing.at.toISOString(),
  }
}

async function countCreated(tx: Tx, written: Written[], at: Date): Promise<void> {
  const created = written
    .filter(({ is_new }) => is_new)
    .map(({ campaign_id, campus_id }) => ({
      campaignId: campaign_id,
      campusId: campus_id ?? NO_CAMPUS,
      by: 1,
    }))
  await countInHour(tx, 'created', at, created)
}

/** What the email job needs: which pledge, and where to write, sealed, since a confirmed pledge has forgotten it. */
export interface PledgeEmail {
  campaign: number
  /** Hex. */
  emailDigest: string
  /** Hex. */
  addressDigest: string
  /** The sealed contact, in base64. */
  contact: string
  locale: string
}

function emailJob({ key, contact, locale }: Signing) {
  return {
    task: 'pledge-email',
    key: `pledge-email ${keyName(key)}`,
    payload: pledgeEmail(key, contact, locale),
  }
}

export function pledgeEmail(key: PledgeKey, contact: Buffer, locale: string): PledgeEmail {
  return {
    campaign: key.campaignId,
    emailDigest: key.emailDigest.toString('hex'),
    addressDigest: key.addressDigest.toString('hex'),
    contact: contact.toString('base64'),
    locale,
  }
}
