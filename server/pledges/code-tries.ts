import { sql } from 'drizzle-orm'
import { hex } from '../db/bytes.ts'
import { missing } from '../captcha/refusals.ts'
import type { Tx } from '../db/db.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { isSameCode, sixDigitCode } from './code.ts'
import { keyName, type PledgeKey } from './mailbox.ts'

/** Tries that an email allows, and a pledge over its life; an address left in peace for 7 days begins anew. */
const TRIES_PER_EMAIL = 5
const TRIES_IN_ALL = 15

/** Wrong codes of a whole campaign in an hour; the chance that one of so many guesses hits is 1 in 500. */
const FAILURES_PER_HOUR = 2_000
/** From then on whoever guesses pays for each try; whoever types her own code has signed with a browser that paid. */
const FREE_FAILURES_PER_HOUR = 100

export interface CodeTry {
  key: PledgeKey
  /** Six digits. */
  code: string
  /** With a proof of its own, or with the receipt of a browser that signed with this address. */
  isPaid: boolean
  at: Date
}

/** A right code, with the choices that its email listed. */
export interface RightCode {
  choices: Buffer
}

/**
 * Judges tries at codes that arrived together. Each is counted before it is compared, also for addresses that never
 * signed, so that neither parallel guesses nor the counting itself give anything away. One that has to be paid for and is
 * not is neither counted nor compared.
 */
export function judgeCodes(keys: Keys) {
  return async (tx: Tx, tries: CodeTry[]): Promise<(RightCode | Refusal)[]> => {
    const failures = await failuresSoFar(tx, tries)
    const failuresAt = ({ key }: CodeTry) => failures.get(key.campaignId) ?? 0
    const isAdmitted = (one: CodeTry) => one.isPaid || failuresAt(one) < FREE_FAILURES_PER_HOUR
    const admitted = tries.filter(isAdmitted)
    if (admitted.length === 0) return tries.map(missing)
    const isAllowed = await countTries(tx, admitted)
    const pending = await codesOf(tx, admitted)
    const judged = admitted.map((one, place): RightCode | Refusal => {
      if (!isAllowed[place] || failuresAt(one) >= FAILURES_PER_HOUR) return tooMany()
      const found = pending.get(keyName(one.key))
      const expected = found && sixDigitCode(keys, one.key, found.code_nonce, found.choices_hash)
      if (!found || !expected || !isSameCode(expected, one.code)) return wrong()
      return { choices: found.choices_hash }
    })
    await countFailures(tx, admitted, judged)
    return tries.map((one) => judged[admitted.indexOf(one)] ?? missing())
  }
}

/** A new email renews the tries that it allows: part of a statement whose first parameters are the columns of the key. */
export const RENEW_TRIES = `
  update code_tries as tried set since_mail = 0
  from unnest($1::int[], $2::bytea[], $3::bytea[]) as signing (campaign_id, email_digest, address_digest)
  where tried.campaign_id = signing.campaign_id and tried.email_digest = signing.email_digest
    and tried.address_digest = signing.address_digest`

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
  since_mail: number
  in_all: number
}

/** @returns for each try, whether it may be compared */
async function countTries(tx: Tx, tries: CodeTry[]): Promise<boolean[]> {
  const counters = await lockCounters(tx, tries)
  const isAllowed = tries.map(({ key }) => {
    const counter = counters.get(keyName(key))
    if (!counter || counter.since_mail >= TRIES_PER_EMAIL || counter.in_all >= TRIES_IN_ALL) return false
    counter.since_mail += 1
    counter.in_all += 1
    return true
  })
  await tx.execute(sql`
    update code_tries as tried set
      since_mail = one.since_mail, in_all = one.in_all, tried_at = ${tries[0]?.at.toISOString()}
    from json_populate_recordset(null::code_tries, ${JSON.stringify([...counters.values()].map(record))}::json) as one
    where tried.campaign_id = one.campaign_id and tried.address_digest = one.address_digest
      and tried.email_digest = one.email_digest`)
  return isAllowed
}

async function lockCounters(tx: Tx, tries: CodeTry[]): Promise<Map<string, Counter>> {
  const keys = tries.map(({ key }) => key)
  const at = tries[0]?.at.toISOString()
  await tx.execute(sql`
    insert into code_tries (campaign_id, email_digest, address_digest, since_mail, in_all, tried_at)
    select distinct campaign_id, email_digest, address_digest, 0, 0, ${at}::timestamptz from ${keyRecords(keys)}
    order by 1, 2, 3
    on conflict do nothing`)
  const { rows } = await tx.execute<Counter & Record<string, unknown>>(sql`
    select tried.* from code_tries tried join ${keyRecords(keys)} using (campaign_id, email_digest, address_digest)
    order by campaign_id, email_digest, address_digest for update of tried`)
  return new Map(rows.map((row) => [nameOfRow(row), row]))
}

interface PendingCode {
  campaign_id: number
  address_digest: Buffer
  code_nonce: Buffer
  choices_hash: Buffer
}

async function codesOf(tx: Tx, tries: CodeTry[]): Promise<Map<string, PendingCode>> {
  const { rows } = await tx.execute<PendingCode & Record<string, unknown>>(sql`
    select pledge.campaign_id, pledge.address_digest, code_nonce, choices_hash
    from pledges pledge join ${keyRecords(tries.map(({ key }) => key))}
      using (campaign_id, email_digest, address_digest)`)
  return new Map(rows.map((row) => [nameOfRow(row), row]))
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

function keyRecords(keys: PledgeKey[]) {
  const records = keys.map(({ campaignId, emailDigest, addressDigest }) => ({
    campaign_id: campaignId,
    email_digest: hex(emailDigest),
    address_digest: hex(addressDigest),
  }))
  return sql`json_to_recordset(${JSON.stringify(records)}::json)
    as one (campaign_id int, email_digest bytea, address_digest bytea)`
}

function record(counter: Counter) {
  return { ...counter, email_digest: hex(counter.email_digest), address_digest: hex(counter.address_digest) }
}

function nameOfRow(row: { campaign_id: number; address_digest: Buffer }): string {
  return keyName({ campaignId: row.campaign_id, addressDigest: row.address_digest })
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
