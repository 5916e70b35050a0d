import type { Campaign } from '../campaigns/campaign.ts'
import type { Write } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import { type Columns, rowsFrom, runPrepared, valuesOf } from '../db/prepared.ts'
import type { Keys } from '../keys.ts'
import { COUNT_CREATED } from '../leaderboards/tally.ts'
import { ASK_TO_CONFIRM } from '../mail/ledger.ts'
import { nonce } from '../nonce.ts'
import type { Address } from './address.ts'
import { type Choices, choicesHash } from './choices.ts'
import { NONCE_BYTES } from './code.ts'
import { RENEW_TRIES } from './code-tries.ts'
import { type Contact, sealContact } from './contact.ts'
import type { Answer } from './contract.ts'
import { byKey, domainDigest, keyName, type PledgeKey, pledgeKey } from './mailbox.ts'
import { makeReceipt } from './receipt.ts'
import { leaves } from './states.ts'

/** One signature on its way into the database, checked. */
export interface Signing {
  campaign: Pick<Campaign, 'id' | 'digestKey'>
  address: Address
  choices: Choices
  answers: Answer[]
  campusProven: boolean
  textVersion: number
  locale: string
  source: string | undefined
  /** What was noticed about the address: words with a space between, since arrays of arrays do not unnest. */
  signals: string
  at: Date
}

/** The same as it is written: digested and sealed, so that nobody who reads the row knows whose it is. */
interface Sealed extends Signing {
  key: PledgeKey
  domainDigest: Buffer
  /** Name and address: kept with the pledge while it is pending. */
  contact: Buffer
  /** The address alone, where the contact holds answers too: those must not outlive the pledge's. */
  mailbox: Buffer | undefined
  choicesHash: Buffer
  /** Of the letter that asks for her confirmation. */
  receipt: string
}

const columns: Columns<Sealed> = {
  campaign_id: ['int', ({ key }) => key.campaignId],
  email_digest: ['bytea', ({ key }) => key.emailDigest],
  address_digest: ['bytea', ({ key }) => key.addressDigest],
  domain_digest: ['bytea', ({ domainDigest }) => domainDigest],
  campus_id: ['int', ({ choices }) => choices.campusId],
  campus_proven: ['bool', ({ campusProven }) => campusProven],
  contact: ['bytea', ({ contact }) => contact],
  lists_name: ['bool', ({ choices }) => choices.listsName],
  wants_updates: ['bool', ({ choices }) => choices.wantsUpdates],
  affiliation: ['text', ({ choices }) => choices.affiliation],
  text_version: ['int', ({ textVersion }) => textVersion],
  locale: ['text', ({ locale }) => locale],
  source: ['text', ({ source }) => source],
  signals: ['text', ({ signals }) => signals],
  choices_hash: ['bytea', ({ choicesHash }) => choicesHash],
  code_nonce: ['bytea', () => nonce(NONCE_BYTES)],
  signed_at: ['timestamptz', ({ at }) => at],
}

const letterColumns: Columns<Sealed> = {
  letter_id: ['uuid', ({ receipt }) => receipt],
  mailbox: ['bytea', ({ mailbox }) => mailbox],
}
const all = { ...columns, ...letterColumns }

const names = Object.keys(columns)
/** What signing again changes. The nonce stays, so that the code in an earlier email of the same choices stays good. */
const chosen = names.filter((name) => !/_digest$|^campaign_id$|^code_nonce$/.test(name))

function written(name: string): string {
  return name === 'signals' ? `string_to_array(signals, ' ')` : name
}

/**
 * A pending or withdrawn pledge takes the new choices; a counted one stays as it is. Whoever signs again while it waits
 * waits anew, and is not reminded a second time.
 */
const UPSERT_PLEDGES = `
  insert into pledges as pledge (state, ${names.join(', ')})
  select 'pending', ${names.map(written).join(', ')} from signing
  on conflict (campaign_id, email_digest, address_digest) do update set
    state = 'pending', confirmed_at = null, withdrawn_at = null,
    reminded = pledge.reminded and pledge.state = 'pending',
    ${chosen.map((name) => `${name} = excluded.${name}`).join(', ')}
  where pledge.state in (${leaves.signing.map((state) => `'${state}'`).join(', ')})
  returning campaign_id, email_digest, address_digest, campus_id, signed_at, (xmax = 0) as is_new`

const WRITE_SIGNINGS = {
  name: 'write-signings',
  text: `
    with signing as materialized (select * from ${rowsFrom(all)} as row),
      written as (${UPSERT_PLEDGES}),
      counted as (${COUNT_CREATED}),
      renewed as (${RENEW_TRIES})
    ${ASK_TO_CONFIRM}`,
}

/**
 * Writes signatures that arrived together, and the letters to their mailboxes, in one statement.
 * A mailbox that has pledged already goes through all of it like a new one; the letter alone differs.
 * @returns the receipt of each
 */
export function writeSignings(db: Db, keys: Keys): Write<Signing, string> {
  return async (signings) => {
    const sealed = signings.map((signing) => seal(keys, signing))
    await runPrepared(db, WRITE_SIGNINGS, valuesOf(all, newestOfEach(sealed)))
    return sealed.map(({ receipt }) => receipt)
  }
}

/** Done for a whole batch in a row: between other work the same ciphers take twice as long. */
function seal(keys: Keys, signing: Signing): Sealed {
  const { campaign, address, choices, answers, locale, textVersion: version } = signing
  const key = pledgeKey(campaign, address)
  const contact = sealContact(keys, key, contactOf(signing))
  return {
    ...signing,
    key,
    domainDigest: domainDigest(campaign, address),
    contact,
    mailbox: answers.length > 0 ? sealContact(keys, key, { email: address.exact }) : undefined,
    receipt: makeReceipt(keys, key),
    choicesHash: choicesHash(keys, key, { choices, text: { campaignId: campaign.id, locale, version } }),
  }
}

function contactOf({ address, choices: { name, clauses, shareWith }, answers }: Signing): Contact {
  return {
    email: address.exact,
    ...(name && { name }),
    ...(clauses.length > 0 && { clauses }),
    ...(answers.length > 0 && { answers }),
    ...(shareWith.length > 0 && { shareWith }),
  }
}

/** Somebody who pressed twice is in the batch twice; in order of their keys, so that batches lock rows alike. */
function newestOfEach(signings: Sealed[]): Sealed[] {
  const newest = new Map(signings.map((signing) => [keyName(signing.key), signing]))
  return [...newest.values()].sort((a, b) => byKey(a.key, b.key))
}
