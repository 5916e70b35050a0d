import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { Logger, type Runner, run, type TaskList } from 'graphile-worker'
import type { Pool } from 'pg'
import { type ChapterLetter, sendChapterLetter } from './coalitions/chapter-letter.ts'
import { forgetUnanswered } from './coalitions/forgetting.ts'
import { type PartnerLetter, sendPartnerLetter } from './coalitions/partner-letter.ts'
import { openDb } from './db/db.ts'
import type { Deps } from './deps.ts'
import { carryOut, carryOutUnfinished } from './exclusions/carrying-out.ts'
import { nameMailDomains } from './exclusions/mail-domains.ts'
import { noticeFakes } from './exclusions/noticing.ts'
import { recountTallies } from './leaderboards/recount.ts'
import { MailFailure } from './mail/mail.ts'
import { forgetInvitations } from './organizations/forgetting.ts'
import { type InvitationLetter, sendInvitation } from './organizations/invitation-email.ts'
import { forgetSigningIn } from './organizers/forgetting.ts'
import { sendSignInLink, type SignInJob } from './organizers/links.ts'
import { type ChangeNotice, sendChangeNotice } from './organizers/notices.ts'
import { remindOfResets, type ResetNotice, sendResetNotice } from './organizers/reset-notices.ts'
import { sendMyPledgeLink, sendPledgeEmail, spreadPledgeEmails } from './pledges/pledge-email.ts'
import type { PledgeEmail } from './pledges/pledge-email-job.ts'
import { deleteUnconfirmed, forgetTimes, forgetTries } from './pledges/forgetting.ts'

/** All that runs by itself: what is asked for by a job, and what comes round by the clock (UTC). */
const byTheClock = [
  { task: 'release-abandoned', match: '* * * * *' },
  { task: 'unfinished-exclusions', match: '* * * * *' },
  { task: 'name-mail-domains', match: '*/2 * * * *' },
  { task: 'notice-fakes', match: '*/2 * * * *' },
  { task: 'delete-unconfirmed', match: '7 * * * *' },
  { task: 'forget-times', match: '17 * * * *' },
  { task: 'forget-tries', match: '27 * * * *' },
  { task: 'forget-unanswered', match: '57 * * * *' },
  { task: 'forget-invitations', match: '52 * * * *' },
  { task: 'recount-tallies', match: '37 9 * * *' },
  { task: 'forget-signing-in', match: '*/10 * * * *' },
  { task: 'remind-of-resets', match: '47 8 * * *' },
]

export function tasks(deps: Deps): TaskList {
  return {
    'pledge-emails': (payload) => spreadPledgeEmails(deps, payload as PledgeEmail[]),
    'pledge-email': (payload) => mailed(sendPledgeEmail(deps, emailOf(payload))),
    'my-pledge-link': (payload) => mailed(sendMyPledgeLink(deps, emailOf(payload))),
    'organizer-invitation': (payload) => mailed(sendInvitation(deps, payload as InvitationLetter)),
    'partner-invitation': (payload) => mailed(sendPartnerLetter(deps, payload as PartnerLetter)),
    'chapter-request': (payload) => mailed(sendChapterLetter(deps, payload as ChapterLetter)),
    'forget-unanswered': () => forgetUnanswered(deps),
    exclusion: (payload) => carryOut(deps, (payload as { exclusion: number }).exclusion),
    'unfinished-exclusions': () => carryOutUnfinished(deps),
    'forget-invitations': () => forgetInvitations(deps),
    'name-mail-domains': () => nameMailDomains(deps),
    'notice-fakes': () => noticeFakes(deps),
    'release-abandoned': () => releaseAbandoned(deps),
    'delete-unconfirmed': () => deleteUnconfirmed(deps),
    'forget-times': () => forgetTimes(deps),
    'forget-tries': () => forgetTries(deps),
    'recount-tallies': () => recount(deps),
    'organizer-sign-in': (payload) => mailed(sendSignInLink(deps, payload as SignInJob)),
    'sign-in-changed': (payload) => mailed(sendChangeNotice(deps, payload as ChangeNotice)),
    'passkey-reset-notice': (payload) => mailed(sendResetNotice(deps, payload as ResetNotice)),
    'remind-of-resets': () => remindOfResets(deps),
    'forget-signing-in': () => forgetSigningIn(deps),
  }
}

function emailOf(payload: unknown): PledgeEmail {
  return (payload as { email: PledgeEmail }).email
}

/** A letter that would be refused again is given up, and said so: trying on only hurts the sender's name. */
async function mailed(sending: Promise<void>): Promise<void> {
  try {
    await sending
  } catch (error) {
    if (!(error instanceof MailFailure && error.isPermanent)) throw error
    report(`a letter was given up: ${error.message}`)
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

function report(line: string): void {
  process.stderr.write(`worker: ${line}\n`)
}

/** Failures are said, in the words of our own errors; what a job was about is not. */
export const quiet = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') report(message)
})

/** A letter takes a minute at most: whoever has held one for five was killed, and another worker may have it. */
async function releaseAbandoned({ db, now }: Deps): Promise<void> {
  await db.execute(sql`
    select graphile_worker.force_unlock_workers(array(
      select distinct locked_by from graphile_worker.jobs
      where task_identifier in ('pledge-emails', 'pledge-email', 'my-pledge-link', 'organizer-invitation',
        'partner-invitation', 'chapter-request', 'organizer-sign-in', 'sign-in-changed', 'passkey-reset-notice',
        'exclusion')
        and locked_at < ${now().toISOString()}::timestamptz - interval '5 minutes'))`)
}

export interface Worker {
  /** Lets the jobs under way end. */
  stop(): Promise<void>
}

interface Running {
  deps: Deps
  databaseUrl: string
}

/** Jobs under way at once; the SMTP pool holds as many connections. */
const CONCURRENCY = 5
const RESTART_MS = 2_000

/**
 * Works through the jobs in the database; a job that fails is tried again after growing pauses, across restarts.
 * A runner that gives up because the database was away for long is followed by another.
 */
export async function startWorker({ deps, databaseUrl }: Running): Promise<Worker> {
  const stopping = new AbortController()
  // Connections of its own, so that a rush of signatures and the mail do not wait for each other.
  const { $client: pool } = openDb({ url: databaseUrl, connections: CONCURRENCY + 1 })
  let runner = await startRunner(deps, pool)
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await runner.promise.catch((error: Error) => report(`begins again after: ${error.message}`))
      if (stopping.signal.aborted) return
      await setTimeout(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => {})
      runner = await startRunner(deps, pool).catch(() => runner)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await runner.stop().catch(() => {})
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
