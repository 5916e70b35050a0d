import { sql, type SQL } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import type { PledgeState } from '../pledges/states.ts'
import type { FoundPledge, SearchedState, ShownSignal } from './contract.ts'

/** What is read of a pledge to show it to an organizer: nothing of whose it is, but for the place to go on from. */
export const columns: SQL = sql`
  pledge.campaign_id, pledge.address_digest, pledge.domain_digest, pledge.state,
  pledge.exclusion_id, pledge.campus_id, pledge.campus_proven, pledge.source, pledge.display_name, pledge.affiliation,
  pledge.locale, pledge.text_version, pledge.signals, ${hourOf(sql`pledge.signed_at`)} as hour`

export interface FoundRow extends Record<string, unknown> {
  address_digest: Buffer
  state: PledgeState
  exclusion_id: number | null
  campus_id: number | null
  campus_proven: boolean
  source: string | null
  display_name: string | null
  affiliation: FoundPledge['affiliation'] | null
  locale: string
  text_version: number
  signals: string[]
  hour: string
  /** Null where too few share its mail domain. */
  domain: string | null
  /** Whether enough of these confirmed long enough ago. */
  is_shown: boolean | null
}

/** The hour that a time lies in. */
export function hourOf(time: SQL): SQL {
  return sql`date_bin('1 hour', ${time}, 'epoch')`
}

const HOURS_SHOWN = 48

/** Decided by the hour alone: the moment at which an hour becomes a date must not tell the minute. */
function isHourShown(at: Date): SQL {
  return sql`${hourOf(sql`pledge.signed_at`)} > ${at.toISOString()}::timestamptz - make_interval(hours => ${HOURS_SHOWN})`
}

/** Where the hour or the day begins that is shown of a pledge. */
export function shownStart(at: Date): SQL {
  return sql`case when ${isHourShown(at)} then ${hourOf(sql`pledge.signed_at`)}
    else date_trunc('day', pledge.signed_at, 'UTC') end`
}

/** Where it ends. */
export function shownEnd(at: Date): SQL {
  return sql`case when ${isHourShown(at)} then ${hourOf(sql`pledge.signed_at`)} + interval '1 hour'
    else date_trunc('day', pledge.signed_at, 'UTC') + interval '1 day' end`
}

/**
 * A burst is shown where the mail domain is known: elsewhere the fakes of somebody who tries a domain would mark the
 * one pledge that has it. That a pledge has the name of many others is never shown, since it tells the name.
 */
export function hasShownSignal(signal: ShownSignal): SQL {
  const hasSignal = sql`${signal} = any (pledge.signals)`
  if (signal !== 'burst') return hasSignal
  return sql`${hasSignal} and pledge.domain_digest in (
    select domain_digest from mail_domains where campaign_id = pledge.campaign_id)`
}

function shownSignals({ signals, domain }: FoundRow): string[] {
  return signals.filter((signal) => signal !== 'same-name' && (signal !== 'burst' || domain !== null))
}

export function shownPledge({ campuses, now }: Pick<Deps, 'campuses' | 'now'>, row: FoundRow): FoundPledge {
  const campus = row.campus_id === null ? undefined : campuses.byId(row.campus_id)
  return {
    state: stateOf(row),
    signed: whenSigned(new Date(row.hour), now()),
    ...(campus && { campus: { campus: campus.domain, name: campus.name, proven: row.campus_proven } }),
    ...(row.source && { source: row.source }),
    ...(row.domain && row.is_shown && { domain: row.domain }),
    ...(row.display_name && { displayName: row.display_name }),
    ...(row.affiliation && { affiliation: row.affiliation }),
    locale: row.locale,
    textVersion: row.text_version,
    signals: shownSignals(row),
    ...(row.exclusion_id && { exclusion: row.exclusion_id }),
  }
}

function stateOf({ state, exclusion_id }: FoundRow): SearchedState {
  return state === 'pending' && exclusion_id !== null ? 'excluded' : state
}

/** "2026-03-01T10:00Z", and once that is 48 hours ago "2026-03-01". */
function whenSigned(hour: Date, now: Date): string {
  const shown = hour.toISOString()
  return now.getTime() - hour.getTime() < HOURS_SHOWN * 3_600_000
    ? `${shown.slice(0, 13)}:00Z`
    : shown.slice(0, 10)
}
