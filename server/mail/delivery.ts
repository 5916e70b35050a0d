import { setTimeout } from 'node:timers/promises'
import { Batch } from '../db/batch.ts'
import { wordsOf } from '../bugs.ts'
import { isDatabaseAway } from '../db/db.ts'
import { openPresence, type Presence } from '../db/presence.ts'
import type { Deps } from '../deps.ts'
import type { ComposeAll } from './addressed.ts'
import { admitted } from './admission.ts'
import { uncountAgainstCaps } from './allowances.ts'
import { holdLetters } from './held.ts'
import { claimLetters, dropLetters, type LedgerLetter, releaseLetters, releaseOfTheGone } from './ledger.ts'
import { MailFailure, type Outcome } from './mail.ts'
import { type Post, postsOf, type ReadyLetter } from './posts.ts'
import { recordRefusals } from './refusals.ts'
import { Rest } from './rest.ts'
import { type Attempt, settleLetters } from './settling.ts'
import { domainDigest, domainOf, mailboxDigest, suppress } from './suppressions.ts'

/** Sends what the ledger holds, for as long as it runs. */
export interface Delivery {
  /** Lets what is at the mail server end, and gives back the rest. */
  stop(): Promise<void>
}

interface Parts {
  deps: Deps
  databaseUrl: string
  compose: ComposeAll
  report: (line: string) => void
}

/** So that one round composes while another waits for the mail server. */
const ROUNDS_AT_ONCE = 2
const IDLE_MS = 250

export async function startDelivery(parts: Parts): Promise<Delivery> {
  const rounds = await openRounds(parts)
  const going = Array.from({ length: ROUNDS_AT_ONCE }, () => goOn(rounds, parts.report))
  return {
    async stop() {
      rounds.stopping.abort()
      await Promise.all(going)
      await rounds.presence.close()
    },
  }
}

/** Sends all that is due, and ends. @returns how many letters it took on */
export async function deliverAll(parts: Parts): Promise<number> {
  const rounds = await openRounds(parts)
  let all = 0
  for (let some = -1; some !== 0; all += some) some = await round(rounds)
  await rounds.presence.close()
  return all
}

/** What the rounds of one worker share. */
interface Rounds {
  deps: Deps
  compose: ComposeAll
  presence: Presence
  attempts: Batch<Attempt, undefined>
  rest: Rest
  stopping: AbortController
}

async function openRounds({ deps, databaseUrl, compose }: Parts): Promise<Rounds> {
  return {
    deps,
    compose,
    presence: await openPresence(databaseUrl),
    attempts: new Batch({ write: settleLetters(deps.db), largest: 1_000 }),
    rest: new Rest(),
    stopping: new AbortController(),
  }
}

/** Round after round; a pause where there is nothing to do, or the database is away. */
async function goOn(rounds: Rounds, report: (line: string) => void): Promise<void> {
  const { signal } = rounds.stopping
  while (!signal.aborted) {
    const taken = await round(rounds).catch((error: Error) => {
      if (!isDatabaseAway(error)) report(`letters wait after: ${wordsOf(error)}`)
      return 0
    })
    if (taken === 0) await setTimeout(IDLE_MS, undefined, { signal }).catch(() => {})
  }
}

/** Sends some of the letters that are due. @returns how many it took on */
async function round(rounds: Rounds): Promise<number> {
  const { deps, presence, rest } = rounds
  if (!presence.isKnown() || rest.isOn(deps.now())) return 0
  await releaseOfTheGone(deps.db)
  const most = Math.max(50, 2 * deps.mail.largest)
  const claimed = await claimLetters(deps.db, { worker: presence.number, most, now: deps.now() })
  const underWay = new Set(claimed.map(({ id }) => id))
  try {
    await sendAll(rounds, await withoutPaused(rounds, claimed, underWay), underWay)
  } finally {
    await releaseLetters(deps.db, presence.number, [...underWay])
  }
  return claimed.length
}

/** Sets letters aside whose campaign's mail is paused. */
async function withoutPaused(
  { deps, presence }: Rounds,
  claimed: LedgerLetter[],
  underWay: Set<string>,
): Promise<LedgerLetter[]> {
  const paused = await pausedOf(deps, claimed)
  await holdLetters(
    deps.db,
    presence.number,
    [...paused].map(({ id }) => id),
  )
  for (const { id } of paused) underWay.delete(id)
  return claimed.filter((letter) => !paused.has(letter))
}

async function pausedOf({ campaigns }: Deps, letters: LedgerLetter[]): Promise<Set<LedgerLetter>> {
  const paused = new Set<number | null>()
  for (const id of new Set(letters.map(({ campaignId }) => campaignId))) {
    const campaign = id === null ? undefined : await campaigns.byId(id)
    if (campaign?.switches.has('paused-mail')) paused.add(id)
  }
  return new Set(letters.filter(({ campaignId }) => paused.has(campaignId)))
}

/** Takes from `underWay` what it has dealt with. */
async function sendAll(rounds: Rounds, claimed: LedgerLetter[], underWay: Set<string>): Promise<void> {
  const ready = await admittedOf(rounds, await composed(rounds, claimed, underWay), underWay)
  const posts = (await postsOf(rounds.deps, ready)).values()
  const lanes = Array.from({ length: rounds.deps.mail.lanes }, async () => {
    for (const post of posts) await send(rounds, post, underWay)
  })
  // All of them, even if one fails: what another still has at the mail server is not given back meanwhile.
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason
}

async function composed(
  rounds: Rounds,
  claimed: LedgerLetter[],
  underWay: Set<string>,
): Promise<ReadyLetter[]> {
  const { deps, compose } = rounds
  const made = await compose(deps, claimed)
  const ready: ReadyLetter[] = []
  const gone: string[] = []
  const failed: { letter: LedgerLetter; outcome: Outcome }[] = []
  for (const [place, letter] of claimed.entries()) {
    const addressed = made[place]
    if (!addressed) gone.push(letter.id)
    else if (addressed instanceof MailFailure) failed.push({ letter, outcome: addressed })
    else ready.push({ letter, addressed })
  }
  await dropLetters(deps.db, gone)
  for (const id of gone) underWay.delete(id)
  await settle(rounds, failed, underWay)
  return ready
}

async function admittedOf(
  { deps }: Rounds,
  ready: ReadyLetter[],
  underWay: Set<string>,
): Promise<ReadyLetter[]> {
  const going = await admitted(deps, ready)
  for (const { letter } of ready) underWay.delete(letter.id)
  for (const { letter } of going) underWay.add(letter.id)
  return going
}

/** What is left when the way out needs a rest, or the worker stops, goes back untouched. */
async function send(
  rounds: Rounds,
  { way, mailing, letters, canonicals }: Post,
  underWay: Set<string>,
): Promise<void> {
  const { deps, rest, stopping } = rounds
  if (stopping.signal.aborted || rest.isOn(deps.now())) return
  if ((await pausedOf(deps, letters)).size > 0) return
  const outcomes = await way.post(mailing)
  const failure = outcomes.find((outcome) => outcome?.isAboutTheWay)
  const pause = failure ? rest.afterFailure(deps.now(), failure.retryAfter) : 0
  if (!failure) rest.afterSuccess()
  await settle(
    rounds,
    letters.map((letter, place) => ({ letter, outcome: outcomes[place], rest: pause })),
    underWay,
  )
  await heedRefusals(deps, { mailing, letters, canonicals }, outcomes)
}

/**
 * A mailbox that does not exist gets no more mail. What a server holds against us goes to the operator, and an email that
 * is given up for it does not count against the day's emails of its mailbox.
 */
async function heedRefusals(
  { db, keys, now }: Deps,
  { mailing, letters, canonicals }: Omit<Post, 'way'>,
  outcomes: Outcome[],
): Promise<void> {
  const refused = mailing.readers.flatMap(({ to }, place) => {
    const failure = outcomes[place]
    return failure?.verdict ? [{ to, failure, letter: letters[place]!, canonical: canonicals[place] }] : []
  })
  if (refused.length === 0) return
  const unknown = refused.filter(({ failure }) => failure.verdict === 'no-such-mailbox')
  await suppress(db, {
    digests: unknown.map(({ to }) => mailboxDigest(keys, to)),
    domains: unknown.map(({ to }) => domainDigest(keys, domainOf(to))),
    reason: 'bounced',
    at: now(),
  })
  const refusals = refused.flatMap(({ to: address, failure: { verdict, reply } }) =>
    reply === undefined ? [] : [{ address, verdict, reply, at: now() }],
  )
  await recordRefusals(db, keys, refusals)
  const uncounted = refused.flatMap(({ to: exact, failure, letter: { id, campaignId }, canonical }) =>
    canonical !== undefined && failure.isPermanent && failure.verdict !== 'no-such-mailbox'
      ? [{ id, campaignId, exact, canonical }]
      : [],
  )
  await uncountAgainstCaps(db, { keys, letters: uncounted, now: now() })
}

/** Letters that went are written down as such however long the database is away: else they would go again. */
async function settle(
  rounds: Rounds,
  settled: Pick<Attempt, 'letter' | 'outcome' | 'rest'>[],
  underWay: Set<string>,
): Promise<void> {
  const { deps, attempts, presence, stopping } = rounds
  const all = settled.map((one) => ({ ...one, worker: presence.number, at: deps.now() }))
  for (;;) {
    try {
      await Promise.all(all.map((attempt) => attempts.add(attempt)))
      break
    } catch (error) {
      if (!isDatabaseAway(error) || stopping.signal.aborted) throw error
      await setTimeout(IDLE_MS)
    }
  }
  for (const { letter } of settled) underWay.delete(letter.id)
}
