import { sql, type SQL } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import type { PledgeState } from '../pledges/states.ts'
import type { FoundPledge, SearchedState } from './contract.ts'

/** What is read of a pledge to show it to an organizer: nothing of whose it is, but for the place to go on from. */
export const columns: SQL = sql`
  pledge.campaign_id, pledge.email_digest, pledge.address_digest, pledge.domain_digest, pledge.state,
  pledge.exclusion_id, pledge.campus_id, pledge.campus_proven, pledge.source, pledge.display_name, pledge.affiliation,
  pledge.locale, pledge.text_version, pledge.signals, pledge.signed_at, ${hourOf(sql`pledge.signed_at`)} as hour`

export interface FoundRow extends Record<string, unknown> {
  email_digest: Buffer
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
  signed_at: string
  hour: string
  domain: string | null
}

/** The hour that a time lies in. */
export function hourOf(time: SQL): SQL {
  return sql`date_bin('1 hour', ${time}, 'epoch')`
}

const TIMES_SHOWN_MS = 48 * 3_600_000

export function shownPledge({ campuses, now }: Pick<Deps, 'campuses' | 'now'>, row: FoundRow): FoundPledge {
  const campus = row.campus_id === null ? undefined : campuses.byId(row.campus_id)
  return {
    state: stateOf(row),
    signed: whenSigned(new Date(row.signed_at), now()),
    ...(campus && { campus: { campus: campus.domain, name: campus.name, proven: row.campus_proven } }),
    ...(row.source && { source: row.source }),
    ...(row.domain && { domain: row.domain }),
    ...(row.display_name && { displayName: row.display_name }),
    ...(row.affiliation && { affiliation: row.affiliation }),
    locale: row.locale,
    textVersion: row.text_version,
    signals: row.signals,
    ...(row.exclusion_id && { exclusion: row.exclusion_id }),
  }
}

function stateOf({ state, exclusion_id }: FoundRow): SearchedState {
  return state === 'pending' && exclusion_id !== null ? 'excluded' : state
}

/** "2026-03-01T10:00Z", and once that is 48 hours ago "2026-03-01". */
function whenSigned(signed: Date, now: Date): string {
  const said = signed.toISOString()
  return now.getTime() - signed.getTime() < TIMES_SHOWN_MS ? `${said.slice(0, 13)}:00Z` : said.slice(0, 10)
}
