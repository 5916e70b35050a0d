import type { Campaign } from '../campaigns/campaign.ts'
import type { Write } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import { type Columns, rowsFrom, runPrepared, valuesOf } from '../db/prepared.ts'
import type { Keys } from '../keys.ts'
import { COUNT_CREATED } from '../leaderboards/tally.ts'
import { caps } from '../mail/caps.ts'
import { ASK_TO_CONFIRM } from '../mail/ledger.ts'
import type { Address } from './address.ts'
import { RENEW_TRIES } from './code-tries.ts'
import { sealContact } from './contact.ts'
import { byKey, domainDigest, keyName, type PledgeKey, pledgeKey } from './mailbox.ts'
import { makeReceipt } from './receipt.ts'
import { leaves } from './states.ts'
import { sealSigning, type WaitingSigning } from './waiting-signing.ts'

/** One signature on its way into the database, checked. */
export interface Signing extends Omit<WaitingSigning, 'email'> {
  campaign: Pick<Campaign, 'id' | 'digestKey'>
  address: Address
  /** An organizer's row: it does not touch a pledge that waits already, and adds an email of its own. */
  isImport: boolean
  at: Date
}

/** The same as it is written: digested and sealed, so that nobody who reads the row knows whose it is. */
interface Sealed extends Signing {
  key: PledgeKey
  domainDigest: Buffer
  /** Name and address: kept with the pledge while it waits. */
  contact: Buffer
  /** Its email carries the same id, and the browser that signed holds it as a receipt. */
  signingId: string
  /** Everything that its confirmation writes. */
  sealed: Buffer
}

interface Batched extends Sealed {
  /** Of those with the same key in a batch, the last. */
  isNewest: boolean
}

const keyColumns: Columns<Batched> = {
  campaign_id: ['int', ({ key }) => key.campaignId],
  email_digest: ['bytea', ({ key }) => key.emailDigest],
  address_digest: ['bytea', ({ key }) => key.addressDigest],
}

const columns: Columns<Batched> = {
  ...keyColumns,
  domain_digest: ['bytea', (signing) => signing.domainDigest],
  campus_id: ['int', ({ campusId }) => campusId ?? undefined],
  campus_proven: ['bool', ({ campusProven }) => campusProven],
  contact: ['bytea', ({ contact }) => contact],
  lists_name: ['bool', ({ listsName }) => listsName],
  wants_updates: ['bool', ({ wantsUpdates }) => wantsUpdates],
  affiliation: ['text', ({ affiliation }) => affiliation ?? undefined],
  text_version: ['int', ({ textVersion }) => textVersion],
  locale: ['text', ({ locale }) => locale],
  source: ['text', ({ source }) => source ?? undefined],
  // Words with a space between, since arrays of arrays do not unnest.
  signals: ['text', ({ signals }) => signals.join(' ')],
  signing_id: ['uuid', ({ signingId }) => signingId],
  signed_at: ['timestamptz', ({ at }) => at],
}

const signingColumns: Columns<Batched> = {
  sealed: ['bytea', ({ sealed }) => sealed],
  is_import: ['bool', ({ isImport }) => isImport],
  is_newest: ['bool', ({ isNewest }) => isNewest],
}
const all: Columns<Batched> = { ...columns, ...signingColumns }

const names = Object.keys(columns)
const chosen = names.filter((name) => !(name in keyColumns) && name !== 'domain_digest')

function written(name: string): string {
  return name === 'signals' ? `string_to_array(signals, ' ')` : name
}

/**
 * A pledge that waits shows its newest signing; an import changes nothing of it, and a counted one stays as it is. Signing
 * again restarts the wait, and brings no second reminder.
 */
const UPSERT_PLEDGES = `
  insert into pledges as pledge (state, ${names.join(', ')})
  select 'pending', ${names.map(written).join(', ')} from signing where is_newest
  on conflict (campaign_id, email_digest, address_digest) do update set
    state = 'pending', confirmed_at = null, withdrawn_at = null,
    reminded = pledge.reminded and pledge.state = 'pending',
    (${chosen.join(', ')}) = (
      select ${chosen.map((name) => `case when stays then pledge.${name} else excluded.${name} end`).join(', ')}
      from (select pledge.state = 'pending' and is_import as stays from signing where signing_id = excluded.signing_id) as one)
  where pledge.state in (${leaves.signing.map((state) => `'${state}'`).join(', ')})
  returning campaign_id, email_digest, address_digest, campus_id, signed_at, (xmax = 0) as is_new`

/**
 * Every act of signing of a pledge that waits, up to as many within a day as emails go to one address about one campaign,
 * not counting those whose email was refused:
 * this also limits how many codes somebody can guess at who signs with a stranger's address. Statements that run at the
 * same moment do not see each other, so each of them may bring that many.
 */
const INSERT_SIGNINGS = `
  insert into signings (campaign_id, email_digest, address_digest, signing_id, sealed, signed_at)
  select campaign_id, email_digest, address_digest, signing_id, sealed, signed_at
  from (
    select signing.*, row_number() over (partition by campaign_id, email_digest, address_digest) as place
    from signing join written using (campaign_id, email_digest, address_digest)) as one
  where place + (
    select count(*) from signings earlier
    where earlier.campaign_id = one.campaign_id and earlier.email_digest = one.email_digest
      and earlier.address_digest = one.address_digest
      and earlier.signed_at > one.signed_at - interval '24 hours'
      and not exists (select from letters where letters.id = earlier.signing_id and letters.state = 'refused')) <= ${caps.addressAndCampaign}`

const WRITE_SIGNINGS = {
  name: 'write-signings',
  text: `
    with signing as materialized (select * from ${rowsFrom(all)} as row),
      written as (${UPSERT_PLEDGES}),
      counted as (${COUNT_CREATED}),
      renewed as (${RENEW_TRIES}),
      inserted as (${INSERT_SIGNINGS})
    ${ASK_TO_CONFIRM}`,
}

/**
 * Writes signatures that arrived together, and an email for each of them, in one statement.
 * A mailbox that has pledged already goes through all of it like a new one; only the email differs.
 * @returns the receipt of each
 */
export function writeSignings(db: Db, keys: Keys): Write<Signing, string> {
  return async (signings) => {
    const sealed = signings.map((signing) => seal(keys, signing))
    await runPrepared(db, WRITE_SIGNINGS, valuesOf(all, inOrder(sealed)))
    return sealed.map(({ signingId }) => signingId)
  }
}

/** Done for a whole batch in a row: between other work the same ciphers take twice as long. */
function seal(keys: Keys, { campaign, address, isImport, at, ...signing }: Signing): Sealed {
  const key = pledgeKey(campaign, address)
  const signingId = makeReceipt(keys, key)
  const { name } = signing
  return {
    ...signing,
    campaign,
    address,
    isImport,
    at,
    key,
    signingId,
    domainDigest: domainDigest(campaign, address),
    contact: sealContact(keys, key, { email: address.exact, ...(name && { name }) }),
    sealed: sealSigning(keys, { key, signingId }, { email: address.exact, ...signing }),
  }
}

/** In order of their keys, so that batches lock rows alike. */
function inOrder(signings: Sealed[]): Batched[] {
  const newest = new Map(signings.map((signing) => [keyName(signing.key), signing]))
  return signings
    .map((signing) => ({ ...signing, isNewest: newest.get(keyName(signing.key)) === signing }))
    .sort((a, b) => byKey(a.key, b.key))
}
