import { sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { safeGroupSize } from '../campaigns/group-size.ts'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { type Arrivals, MINUTES, type Minutes, sharesIn, standingOut } from './arrivals.ts'
import type { Finding, Suspicion } from './contract.ts'
import { ENOUGH_TO_COMPARE, standsOut } from './proportion.ts'
import { hoursCounted } from '../leaderboards/tally.ts'

const HOUR_MS = 3_600_000
/** Fewer of one name are namesakes. Confirmed ones alone: anybody can type a name. */
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
    findings: [...partFindings(arrivals, campaign), ...signalFindings(arrivals, campaign)],
  }
}

/**
 * Of a domain or source that stands out in ten minutes and in the hour, the ten minutes are said. A mail domain needs
 * enough confirmed mailboxes: the figures of one that fakes alone bring up would tell whether somebody else has it.
 */
function partFindings(arrivals: Arrivals, campaign: Campaign): Finding[] {
  const least = safeGroupSize(campaign)
  const said = new Set<object>()
  return MINUTES.flatMap((minutes) =>
    standingOut(arrivals, minutes).flatMap((part) => {
      if (said.has(part) || (part.kind === 'domain' && part.confirmed < least)) return []
      said.add(part)
      const { now, before } = sharesIn(arrivals, part, minutes)
      const kind = part.kind === 'source' ? 'source' : 'domain'
      const name = part.source ?? part.domain
      const look = ruleFor(part, minutes, before.pledges, arrivals.at)
      return {
        kind,
        ...(name && { name }),
        minutes,
        now,
        before,
        ...(look && { look }),
      }
    }),
  )
}

/**
 * A domain that is too new to be asked for is found by its mark, or counted; one that was never seen before, whenever it
 * signed. There is no rule for one without a name.
 */
function ruleFor(
  { source, domain, is_shown }: Arrivals['parts'][number],
  minutes: Minutes,
  before: number,
  at: Date,
): Finding['look'] {
  const from = wholeHour(at.getTime() - minutes * 60_000)
  if (source) return { source, from }
  if (!domain) return undefined
  if (!is_shown && minutes === 10) return { signal: 'burst', from }
  return before === 0 ? { domain } : { domain, from }
}

/** As coarse as the times of rows. */
function wholeHour(time: number): string {
  return new Date(time - (time % HOUR_MS)).toISOString()
}

function signalFindings({ all, at }: Arrivals, campaign: Campaign): Finding[] {
  const from = wholeHour(at.getTime() - HOUR_MS)
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
  if (same_name_60 >= Math.max(FEWEST_NAMESAKES, safeGroupSize(campaign))) {
    const none = { pledges: 0, of: before.of }
    findings.push({
      kind: 'same-name',
      minutes: 60,
      now: namesakes,
      before: none,
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
