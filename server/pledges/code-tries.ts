import { sql } from 'drizzle-orm'
import { hex } from '../db/bytes.ts'
import { missing } from '../captcha/refusals.ts'
import type { Tx } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { isSameCode, sixDigitCode } from './code.ts'
import { keyName, type PledgeKey } from './mailbox.ts'

/** Tries per email, and per address over its life; both start over after 7 days without a try. */
const TRIES_PER_EMAIL = 5
const TRIES_IN_ALL = 15

/** Tries that bring no receipt count per address. */
const NO_RECEIPT = '00000000-0000-0000-0000-000000000000'

/** Wrong codes of a whole campaign in an hour; the chance that one of so many guesses hits is 1 in 500. */
const FAILURES_PER_HOUR = 2_000
/** From then on whoever guesses pays for each try; whoever types her own code has signed with a browser that paid. */
const FREE_FAILURES_PER_HOUR = 100

export interface CodeTry {
  key: PledgeKey
  /** Six digits. */
  code: string
  /** Of a browser that signed with this address: its MAC was checked. */
  receipt: string | undefined
  /** With a proof of its own, or with a receipt. */
  isPaid: boolean
  at: Date
}

/** A right code, with the act of signing that its email was about. */
export interface RightCode {
  signingId: string
}

/**
 * Judges tries at codes that arrived together. A receipt has five tries of its own at the code of its own email, which
 * nobody else can use up. Past that, like a try without one, it uses a try of the address, at the codes of all emails
 * that wait. Each try is counted before it is compared, also for addresses that never signed and for receipts whose
 * email was never sent, so that neither parallel guesses nor the counting itself give anything away. One that has to be
 * paid for and is not is neither counted nor compared.
 */
export function judgeCodes(keys: Keys) {
  return async (tx: Tx, tries: CodeTry[]): Promise<(RightCode | Refusal)[]> => {
    const failures = await failuresSoFar(tx, tries)
    const failuresAt = ({ key }: CodeTry) => failures.get(key.campaignId) ?? 0
    const isAdmitted = (one: CodeTry) => one.isPaid || failuresAt(one) < FREE_FAILURES_PER_HOUR
    const admitted = tries.filter(isAdmitted)
    if (admitted.length === 0) return tries.map(missing)
    const allowed = await countTries(tx, admitted)
    const ids = await signingsOf(tx, admitted)
    const judged = admitted.map((one, place): RightCode | Refusal => {
      const { ofReceipt, ofAddress } = allowed[place]!
      if (!(ofReceipt || ofAddress) || failuresAt(one) >= FAILURES_PER_HOUR) return tooMany()
      const compared = (ids.get(keyName(one.key)) ?? []).filter((id) => ofAddress || id === one.receipt)
      const signingId = compared.find((id) => isSameCode(sixDigitCode(keys, one.key, id), one.code))
      return signingId ? { signingId } : wrong()
    })
    await countFailures(tx, admitted, judged)
    return tries.map((one) => judged[admitted.indexOf(one)] ?? missing())
  }
}

/** A new email renews five tries of its address: part of a statement whose first parameters are the columns of the key. */
export const RENEW_TRIES = `
  update code_tries as tried set since_mail = 0
  from unnest($1::int[], $2::bytea[], $3::bytea[]) as signing (campaign_id, email_digest, address_digest)
  where tried.campaign_id = signing.campaign_id and tried.email_digest = signing.email_digest
    and tried.address_digest = signing.address_digest and tried.receipt = '${NO_RECEIPT}'`

/** Of this hour, by campaign. */
async function failuresSoFar(tx: Tx, tries: CodeTry[]): Promise<Map<number, number>> {
  const { rows } = await tx.execute<{ campaign_id: number; failures: number }>(sql`
    select campaign_id, failures from code_failures
    where hour = date_trunc('hour', ${tries[0]?.at.toISOString()}::timestamptz)`)
  return new Map(rows.map(({ campaign_id, failures }) => [campaign_id, failures]))
}

interface Counter {
  campaign_id: number
  email_digest: Buffer
  address_digest: Buffer
  receipt: string
  since_mail: number
  in_all: number
}

interface Allowed {
  ofReceipt: boolean
  ofAddress: boolean
}

/** @returns for each try, what it may be compared with */
async function countTries(tx: Tx, tries: CodeTry[]): Promise<Allowed[]> {
  const counters = await lockCounters(tx, tries)
  const count = (key: PledgeKey, receipt: string): boolean => {
    const counter = counters.get(counterName(key, receipt))
    if (!counter || counter.since_mail >= TRIES_PER_EMAIL || counter.in_all >= TRIES_IN_ALL) return false
    counter.since_mail += 1
    counter.in_all += 1
    return true
  }
  const allowed = tries.map(({ key, receipt }) => ({
    ofReceipt: receipt !== undefined && count(key, receipt),
    ofAddress: count(key, NO_RECEIPT),
  }))
  await tx.execute(sql`
    update code_tries as tried set
      since_mail = one.since_mail, in_all = one.in_all, tried_at = ${tries[0]?.at.toISOString()}
    from json_populate_recordset(null::code_tries, ${JSON.stringify([...counters.values()].map(record))}::json) as one
    where tried.campaign_id = one.campaign_id and tried.address_digest = one.address_digest
      and tried.email_digest = one.email_digest and tried.receipt = one.receipt`)
  return allowed
}

async function lockCounters(tx: Tx, tries: CodeTry[]): Promise<Map<string, Counter>> {
  const at = tries[0]?.at.toISOString()
  const counted = keyRecords(
    tries.flatMap(({ key, receipt }) => [
      { key, receipt: NO_RECEIPT },
      ...(receipt ? [{ key, receipt }] : []),
    ]),
  )
  await tx.execute(sql`
    insert into code_tries (campaign_id, email_digest, address_digest, receipt, since_mail, in_all, tried_at)
    select distinct campaign_id, email_digest, address_digest, receipt, 0, 0, ${at}::timestamptz from ${counted}
    order by 1, 2, 3, 4
    on conflict do nothing`)
  const { rows } = await tx.execute<Counter & Record<string, unknown>>(sql`
    select tried.* from code_tries tried
    join (select distinct * from ${counted}) as one using (campaign_id, email_digest, address_digest, receipt)
    order by campaign_id, email_digest, address_digest, receipt for update of tried`)
  return new Map(rows.map((row) => [counterName(keyOfRow(row), row.receipt), row]))
}

function counterName(key: PledgeKey, receipt: string): string {
  return `${keyName(key)} ${receipt}`
}

/** The ids of all that was signed with these addresses and may wait, by the names of their keys. */
async function signingsOf(tx: Tx, tries: CodeTry[]): Promise<Map<string, string[]>> {
  const asked = keyRecords(tries.map(({ key }) => ({ key, receipt: NO_RECEIPT })))
  const { rows } = await tx.execute<Omit<Counter, 'since_mail' | 'in_all'> & { signing_id: string }>(sql`
    select campaign_id, email_digest, address_digest, signing_id
    from signings join (select distinct * from ${asked}) as one using (campaign_id, email_digest, address_digest)`)
  const byKey = Map.groupBy(rows, (row) => keyName(keyOfRow(row)))
  return new Map([...byKey].map(([name, ofKey]) => [name, ofKey.map(({ signing_id }) => signing_id)]))
}

async function countFailures(tx: Tx, tries: CodeTry[], judged: (RightCode | Refusal)[]): Promise<void> {
  const failures = new Map<number, number>()
  for (const [place, { key }] of tries.entries()) {
    const verdict = judged[place]
    const isWrong = verdict instanceof Refusal && verdict.code === 'code-wrong'
    if (isWrong) failures.set(key.campaignId, (failures.get(key.campaignId) ?? 0) + 1)
  }
  for (const [campaignId, count] of [...failures].sort(([a], [b]) => a - b)) {
    await tx.execute(sql`
      insert into code_failures as counted (campaign_id, hour, failures)
      values (${campaignId}, date_trunc('hour', ${tries[0]?.at.toISOString()}::timestamptz), ${count})
      on conflict (campaign_id, hour) do update set failures = counted.failures + excluded.failures`)
  }
}

function keyRecords(asked: { key: PledgeKey; receipt: string }[]) {
  const records = asked.map(({ key: { campaignId, emailDigest, addressDigest }, receipt }) => ({
    campaign_id: campaignId,
    email_digest: hex(emailDigest),
    address_digest: hex(addressDigest),
    receipt,
  }))
  return sql`json_to_recordset(${JSON.stringify(records)}::json)
    as asked (campaign_id int, email_digest bytea, address_digest bytea, receipt uuid)`
}

function record(counter: Counter) {
  return { ...counter, email_digest: hex(counter.email_digest), address_digest: hex(counter.address_digest) }
}

type KeyOfRow = Pick<Counter, 'campaign_id' | 'email_digest' | 'address_digest'>

function keyOfRow({ campaign_id, email_digest, address_digest }: KeyOfRow): PledgeKey {
  return { campaignId: campaign_id, emailDigest: email_digest, addressDigest: address_digest }
}

function wrong(): Refusal {
  return new Refusal('code-wrong', 'That code does not match. Use the one in the newest email.', {
    field: 'code',
  })
}

function tooMany(): Refusal {
  return new Refusal('code-too-many-tries', 'Too many tries. Press the button in the email instead.', {
    field: 'code',
  })
}
