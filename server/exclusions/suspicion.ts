import { sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { type Arrivals, MINUTES, type Minutes, sharesIn, standingOut } from './arrivals.ts'
import type { Finding, Suspicion } from './contract.ts'
import { ENOUGH_TO_COMPARE, standsOut } from './proportion.ts'
import { hoursCounted } from '../leaderboards/tally.ts'

const HOUR_MS = 3_600_000
/** Fewer of one name are namesakes. */
const FEWEST_NAMESAKES = 10

/** What stands out in what came in just now, each with the rule that finds it. */
export async function suspicionIn({ db, arrivals: counting }: Deps, campaign: Campaign): Promise<Suspicion> {
  const arrivals = await counting.of(campaign.id)
  const { at } = arrivals
  const perHour = await usualPerHour(db, campaign.id, at)
  const { last_60, in_all, disposable_60 } = arrivals.all
  return {
    at: at.toISOString(),
    lastHour: last_60,
    perHour,
    disposable: { pledges: disposable_60, of: last_60 },
    canCompare: in_all - last_60 >= ENOUGH_TO_COMPARE,
    findings: [...partFindings(arrivals, at), ...signalFindings(arrivals, at)],
  }
}

/** Of a domain or source that stands out in ten minutes and in the hour, the ten minutes are said. */
function partFindings(arrivals: Arrivals, at: Date): Finding[] {
  const said = new Set<object>()
  return MINUTES.flatMap((minutes) =>
    standingOut(arrivals, minutes).flatMap((part) => {
      if (said.has(part)) return []
      said.add(part)
      const { now, before } = sharesIn(arrivals, part, minutes)
      const kind = part.kind === 'source' ? 'source' : 'domain'
      const name = part.source ?? part.domain
      return {
        kind,
        ...(name && { name }),
        minutes,
        now,
        before,
        look: ruleFor(part, minutes, before.pledges, at),
      }
    }),
  )
}

/** A domain without a name yet is found by its mark; one that was never seen before, whenever it signed. */
function ruleFor(
  { source, domain }: Arrivals['parts'][number],
  minutes: Minutes,
  before: number,
  at: Date,
): Finding['look'] {
  const from = new Date(at.getTime() - minutes * 60_000).toISOString()
  if (source) return { source, from }
  if (domain) return before === 0 ? { domain } : { domain, from }
  return { signal: 'burst', from }
}

function signalFindings({ all }: Arrivals, at: Date): Finding[] {
  const from = new Date(at.getTime() - HOUR_MS).toISOString()
  const { last_60, in_all, disposable_60, disposable_in_all, same_name_60 } = all
  const now = { pledges: disposable_60, of: last_60 }
  const before = { pledges: disposable_in_all - disposable_60, of: in_all - last_60 }
  const namesakes = { pledges: same_name_60, of: last_60 }
  const findings: Finding[] = []
  if (standsOut('disposable', now, before))
    findings.push({
      kind: 'disposable',
      minutes: 60,
      now,
      before,
      look: { signal: 'disposable-domain', from },
    })
  if (same_name_60 >= FEWEST_NAMESAKES) {
    const none = { pledges: 0, of: before.of }
    findings.push({
      kind: 'same-name',
      minutes: 60,
      now: namesakes,
      before: none,
      look: { signal: 'same-name', from },
    })
  }
  return findings
}

/** Signatures an hour over the last seven days, or since there were any. */
async function usualPerHour(db: Db, campaignId: number, at: Date): Promise<number> {
  const hourAgo = new Date(at.getTime() - HOUR_MS).toISOString()
  const { rows } = await db.execute<{ per_hour: number | null }>(sql`
    select round(sum(created) / greatest(1, extract(epoch from ${hourAgo}::timestamptz - min(hour)) / 3600))::int as per_hour
    from ${hoursCounted} where campaign_id = ${campaignId} and created > 0
      and hour > ${hourAgo}::timestamptz - interval '7 days' and hour <= ${hourAgo}::timestamptz - interval '1 hour'`)
  return rows[0]?.per_hour ?? 0
}
