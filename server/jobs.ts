import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { Logger, type Runner, run, type Task, type TaskList } from 'graphile-worker'
import type { Pool } from 'pg'
import { withoutValues, wordsOf } from './bugs.ts'
import { forgetCaptchas } from './captcha/forgetting.ts'
import { forgetUnanswered } from './coalitions/forgetting.ts'
import { remindOfKeys } from './contacts/key-notices.ts'
import { openDb } from './db/db.ts'
import { rewriteTable } from './db/rewriting.ts'
import type { Deps } from './deps.ts'
import { carryOut, carryOutUnfinished } from './exclusions/carrying-out.ts'
import {
  forgetMailExchanges,
  nameMailDomains,
  nameMailDomainsOf,
  reviewMailDomains,
} from './exclusions/mail-domains.ts'
import { noticeFakes, noticeFakesOf } from './exclusions/noticing.ts'
import { destroyOldContactKeys } from './keys/contact-keys.ts'
import { recountTallies } from './leaderboards/recount.ts'
import { sumUpCreated } from './leaderboards/tally.ts'
import { composeLetters } from './letters.ts'
import { startDelivery } from './mail/delivery.ts'
import { releaseHeld } from './mail/held.ts'
import { deleteCopies } from './mail/provider-copies.ts'
import { forgetLetters, forgetMailboxes } from './mail/forgetting.ts'
import { forgetInvitations } from './organizations/forgetting.ts'
import { forgetSigningIn } from './organizers/forgetting.ts'
import { remindOfResets } from './organizers/reset-notices.ts'
import { lookForMilestones } from './updates/milestones.ts'
import { forgetSigners } from './retention.ts'
import { carryUpdatesOn, spreadUpdate } from './updates/spreading.ts'
import { forgetRequests } from './limits/adding-up.ts'
import { deleteUnconfirmed, forgetTimes, forgetTries } from './pledges/forgetting.ts'
import { remindUnconfirmed } from './pledges/reminding.ts'

/** All that runs by itself: what is asked for by a job, and what comes round by the clock (UTC). */
const byTheClock = [
  { task: 'release-abandoned', match: '* * * * *' },
  { task: 'unfinished-exclusions', match: '* * * * *' },
  { task: 'carry-updates-on', match: '* * * * *' },
  { task: 'look-for-milestones', match: '*/3 * * * *' },
  { task: 'release-held', match: '* * * * *' },
  { task: 'sum-up-created', match: '* * * * *' },
  { task: 'name-mail-domains', match: '*/2 * * * *' },
  { task: 'review-mail-domains', match: '32 * * * *' },
  { task: 'notice-fakes', match: '*/2 * * * *' },
  { task: 'forget-mail-exchanges', match: '42 * * * *' },
  { task: 'delete-unconfirmed', match: '7 * * * *' },
  { task: 'remind-unconfirmed', match: '12 * * * *' },
  { task: 'forget-times', match: '17 * * * *' },
  { task: 'forget-letters', match: '22 * * * *' },
  { task: 'forget-mailboxes', match: '*/10 * * * *' },
  { task: 'forget-tries', match: '27 * * * *' },
  { task: 'forget-captchas', match: '*/5 * * * *' },
  { task: 'forget-requests', match: '*/5 * * * *' },
  { task: 'forget-unanswered', match: '57 * * * *' },
  { task: 'forget-invitations', match: '52 * * * *' },
  { task: 'destroy-contact-keys', match: '3 * * * *' },
  { task: 'forget-signers', match: '42 * * * *' },
  { task: 'recount-tallies', match: '37 9 * * *' },
  { task: 'forget-signing-in', match: '*/10 * * * *' },
  { task: 'remind-of-resets', match: '47 8 * * *' },
  { task: 'remind-of-keys', match: '49 8 * * *' },
]

export function tasks(deps: Deps): TaskList {
  return Object.fromEntries(
    Object.entries(works(deps)).map(([name, work]) => [name, withKeys(deps, saidWithoutValues(work))]),
  )
}

function withKeys({ contactKeys, now }: Deps, work: Task): Task {
  return async (payload, helpers) => {
    await contactKeys.ready(now())
    return await work(payload, helpers)
  }
}

/** Graphile prints what a task throws, and keeps it with the job. */
function saidWithoutValues(work: Task): Task {
  return async (payload, helpers) => {
    try {
      return await work(payload, helpers)
    } catch (error) {
      throw withoutValues(error)
    }
  }
}

function works(deps: Deps): Record<string, Task> {
  return {
    'forget-captchas': () => forgetCaptchas(deps),
    'forget-requests': () => forgetRequests(deps),
    'forget-unanswered': () => forgetUnanswered(deps),
    exclusion: (payload) => carryOut(deps, (payload as { exclusion: number }).exclusion),
    update: (payload) => spreadUpdate(deps, (payload as { update: number }).update),
    'delete-copies': (payload, { job }) =>
      deleteCopies(deps, {
        sealed: (payload as { sealed: string }).sealed,
        isLast: job.attempts >= job.max_attempts,
        report,
      }),
    'carry-updates-on': () => carryUpdatesOn(deps),
    'look-for-milestones': () => lookForMilestones(deps),
    'unfinished-exclusions': () => carryOutUnfinished(deps),
    'forget-invitations': () => forgetInvitations(deps),
    'release-held': () => releaseHeld(deps.db),
    'sum-up-created': () => sumUpCreated(deps),
    'forget-mail-exchanges': () => forgetMailExchanges(deps),
    'name-mail-domains': () => nameMailDomains(deps),
    'review-mail-domains': () => reviewMailDomains(deps),
    'notice-fakes': () => noticeFakes(deps),
    'notice-fakes-of': async (payload) => {
      const { campaign } = payload as { campaign: number }
      await nameMailDomainsOf(deps, campaign)
      await noticeFakesOf(deps, campaign)
    },
    'release-abandoned': () => releaseAbandoned(deps),
    'delete-unconfirmed': () => deleteUnconfirmed(deps),
    'remind-unconfirmed': () => remindUnconfirmed(deps),
    'forget-times': () => forgetTimes(deps),
    'forget-letters': () => forgetLetters(deps),
    'forget-mailboxes': () => forgetMailboxes(deps),
    'forget-tries': () => forgetTries(deps),
    'destroy-contact-keys': () => destroyKeysOfOldDays(deps),
    'forget-signers': () => forgetSigners(deps, report),
    'recount-tallies': () => recount(deps),
    'remind-of-resets': () => remindOfResets(deps),
    'remind-of-keys': () => remindOfKeys(deps),
    'forget-signing-in': () => forgetSigningIn(deps),
  }
}

/** A difference is said before it is forgotten: it means that a transaction somewhere counts wrongly. */
async function recount({ db }: Deps): Promise<void> {
  for (const { campaign_id, campus_id, tally, counted } of await recountTallies(db, { mends: true })) {
    report(
      `campaign ${campaign_id}, campus ${campus_id}: the tally said ${tally}, there are ${counted}; mended`,
    )
  }
}

/** What was deleted must not lie about in files: of keys that would be all that it takes. */
async function destroyKeysOfOldDays(deps: Deps): Promise<void> {
  await destroyOldContactKeys(deps)
  for (const table of ['contact_keys', 'campaign_keys'])
    if (!(await rewriteTable(deps.db, table)))
      report(
        `${table} could not be written anew, being in use or another role's: what was deleted from it is left in its file; next try in an hour`,
      )
}

function report(line: string): void {
  process.stderr.write(`worker: ${line}\n`)
}

/** Failures are said, in the words of our own errors; what a job was about is not. */
export const quiet = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') report(message)
})

/** A job says at least once a minute how far it is: whoever has held one for five was killed, and another worker may have it. */
async function releaseAbandoned({ db, now }: Deps): Promise<void> {
  await db.execute(sql`
    select graphile_worker.force_unlock_workers(array(
      select distinct locked_by from graphile_worker.jobs
      where task_identifier in ('exclusion', 'update', 'carry-updates-on', 'look-for-milestones', 'delete-copies')
        and locked_at < ${now().toISOString()}::timestamptz - interval '5 minutes'))`)
}

export interface Worker {
  /** Lets the jobs and letters under way end. */
  stop(): Promise<void>
}

interface Running {
  deps: Deps
  databaseUrl: string
}

/** Jobs under way at once. */
const CONCURRENCY = 5
const RESTART_MS = 2_000

/**
 * Sends the letters and works through the jobs in the database; a job that fails is tried again after growing pauses, across restarts.
 * A runner that gives up because the database was away for long is followed by another.
 */
export async function startWorker({ deps, databaseUrl }: Running): Promise<Worker> {
  const stopping = new AbortController()
  // Connections of its own, so that a rush of signatures and the mail do not wait for each other.
  const { $client: pool } = openDb({ url: databaseUrl, connections: CONCURRENCY + 1 })
  const delivery = await startDelivery({ deps, databaseUrl, compose: composeLetters, report })
  let runner = await startRunner(deps, pool)
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await runner.promise.catch((error: Error) => report(`begins again after: ${wordsOf(error)}`))
      if (stopping.signal.aborted) return
      await setTimeout(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => {})
      runner = await startRunner(deps, pool).catch(() => runner)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await Promise.all([runner.stop().catch(() => {}), delivery.stop()])
      await following
      await pool.end()
    },
  }
}

async function startRunner(deps: Deps, pgPool: Pool): Promise<Runner> {
  return await run({
    pgPool,
    logger: quiet,
    taskList: tasks(deps),
    concurrency: CONCURRENCY,
    crontab: byTheClock.map(({ task, match }) => `${match} ${task}`).join('\n'),
    noHandleSignals: true,
    pollInterval: 2_000,
    // Batched, even if at once: this way alone a lost connection at the end of a job is waited out, not thrown.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  })
}
