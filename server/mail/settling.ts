import type { Write } from '../db/batch.ts'
import type { Db } from '../db/db.ts'
import { type Columns, rowsFrom, runPrepared, valuesOf } from '../db/prepared.ts'
import type { FailureVerdict } from './classify-failure.ts'
import type { LedgerLetter } from './ledger.ts'
import { MailFailure, type Outcome } from './mail.ts'

/** What became of one attempt at a letter. */
export interface Attempt {
  letter: Pick<LedgerLetter, 'id' | 'askedAt' | 'attempts'>
  worker: number
  outcome: Outcome
  at: Date
  /** Milliseconds for which the way out is given a rest. */
  rest?: number
}

/** Where a letter is after it. */
interface Standing {
  state: 'sent' | 'refused' | 'queued'
  attempts: number
  dueAt?: Date
  failure?: string
  verdict?: FailureVerdict | undefined
}

const HOUR_MS = 3_600_000
/** After this a letter that is refused for the time being is given up; greylists let in within hours. */
const GIVEN_UP_MS = 72 * HOUR_MS
const FIRST_PAUSE_MS = 30_000

/** What follows from an attempt. The way out's own troubles are not held against a letter. */
export function standingAfter({ letter, outcome, at, rest = 0 }: Attempt): Standing {
  const { attempts } = letter
  if (!outcome) return { state: 'sent', attempts }
  const { verdict } = outcome
  if (outcome.isAboutTheWay) return { state: 'queued', attempts, dueAt: later(at, rest) }
  if (outcome.isPermanent) return { state: 'refused', attempts, failure: outcome.message, verdict }
  if (at.getTime() - letter.askedAt.getTime() > GIVEN_UP_MS)
    return { state: 'refused', attempts, failure: new MailFailure('gave-up', outcome).message, verdict }
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, 2 * HOUR_MS)
  return { state: 'queued', attempts: attempts + 1, dueAt: later(at, pause), verdict }
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

type Settling = Attempt & { standing: Standing }

const columns: Columns<Settling> = {
  id: ['uuid', ({ letter }) => letter.id],
  worker: ['int', ({ worker }) => worker],
  state: ['text', ({ standing }) => standing.state],
  attempts: ['int', ({ standing }) => standing.attempts],
  due_at: ['timestamptz', ({ standing }) => standing.dueAt],
  failure: ['text', ({ standing }) => standing.failure],
  verdict: ['text', ({ standing }) => standing.verdict],
  at: ['timestamptz', ({ at }) => at],
}

/** A letter that went is never taken for one that did not, even where another worker has claimed it meanwhile. */
const SETTLE = {
  name: 'settle-letters',
  text: `
    with settled as (
      update letters set state = after.state, attempts = after.attempts, failure = after.failure, claimed_by = null,
        verdict = after.verdict,
        due_at = greatest(after.due_at, letters.due_at),
        settled_at = case when after.state <> 'queued' then at end,
        sealed = case when after.state = 'queued' then sealed end
      from ${rowsFrom(columns)} as after
      where letters.id = after.id and letters.state in ('queued', 'claimed')
        and (after.state = 'sent' or letters.claimed_by = after.worker)
      returning letters.campaign_id, letters.email_digest, letters.state, at)
    insert into mail_tallies as tally (campaign_id, hour, sent, bounced)
    select campaign_id, date_trunc('hour', at, 'UTC'),
      count(*) filter (where state = 'sent'), count(*) filter (where state = 'refused')
    from settled
    where state <> 'queued' and email_digest is not null and campaign_id in (select id from campaigns)
    group by 1, 2 order by 1, 2
    on conflict (campaign_id, hour) do update set
      sent = tally.sent + excluded.sent, bounced = tally.bounced + excluded.bounced`,
}

/** Writes down what became of letters, and counts it. What was sealed for them is erased once they are sent or given up. */
export function settleLetters(db: Db): Write<Attempt, undefined> {
  return async (attempts) => {
    const rows = attempts.map((attempt) => ({ ...attempt, standing: standingAfter(attempt) }))
    await runPrepared(db, SETTLE, valuesOf(columns, rows))
    return attempts.map(() => undefined)
  }
}
