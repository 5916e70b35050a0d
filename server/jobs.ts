import { Logger, type Runner, run, type TaskList } from 'graphile-worker'
import type { Deps } from './deps.ts'
import { recountTallies } from './leaderboards/recount.ts'
import { MailFailure } from './mail/mail.ts'
import { sendMyPledgeLink, sendPledgeEmail } from './pledges/pledge-email.ts'
import type { PledgeEmail } from './pledges/signing.ts'
import { deleteUnconfirmed, forgetTimes, forgetTries } from './pledges/forgetting.ts'

/** All that runs by itself: what is asked for by a job, and what comes round by the clock (UTC). */
const byTheClock = [
  { task: 'delete-unconfirmed', match: '7 * * * *' },
  { task: 'forget-times', match: '17 * * * *' },
  { task: 'forget-tries', match: '27 * * * *' },
  { task: 'recount-tallies', match: '37 9 * * *' },
]

export function tasks(deps: Deps): TaskList {
  return {
    'pledge-email': (payload) => mailed(sendPledgeEmail(deps, payload as PledgeEmail)),
    'my-pledge-link': (payload) => mailed(sendMyPledgeLink(deps, payload as PledgeEmail)),
    'delete-unconfirmed': () => deleteUnconfirmed(deps),
    'forget-times': () => forgetTimes(deps),
    'forget-tries': () => forgetTries(deps),
    'recount-tallies': async () => void (await recountTallies(deps.db, { mends: true })),
  }
}

/** A letter that would be refused again is given up: trying on only hurts the sender's name. */
async function mailed(sending: Promise<void>): Promise<void> {
  try {
    await sending
  } catch (error) {
    if (!(error instanceof MailFailure && error.isPermanent)) throw error
  }
}

/** Failures are said, in the words of our own errors; what a job was about is not. */
export const quiet = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') process.stderr.write(`worker: ${message}\n`)
})

interface Running {
  deps: Deps
  /** Letters under way at once; the SMTP pool holds as many connections. */
  concurrency?: number
}

/** Works through the jobs in the database; a job that fails is tried again after growing pauses, across restarts. */
export async function startWorker({ deps, concurrency = 5 }: Running): Promise<Runner> {
  return await run({
    pgPool: deps.db.$client,
    taskList: tasks(deps),
    concurrency,
    logger: quiet,
    crontab: byTheClock.map(({ task, match }) => `${match} ${task}`).join('\n'),
    noHandleSignals: true,
    pollInterval: 2_000,
  })
}
