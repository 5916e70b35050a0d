import { beginHold, findHolds, type Hold, subjectOf } from '../exclusions/holds.ts'
import type { Tx } from '../db/db.ts'
import type { PledgeRow } from './keeping.ts'
import { reasonIn, signReasons } from './weighing.ts'

/**
 * Gives each pledge that is being confirmed to the hold that means it, so that a flood stops counting at once. The same
 * statements run for everybody.
 */
export async function holdSuspects(tx: Tx, rows: PledgeRow[], at: Date): Promise<void> {
  const byCampaign = Map.groupBy(rows, ({ campaign_id }) => campaign_id)
  for (const [campaignId, ofCampaign] of [...byCampaign].sort(([a], [b]) => a - b)) {
    const holds = await holdsAbout(tx, campaignId, ofCampaign, at)
    for (const row of ofCampaign) row.exclusion_id ??= holdFor(row, holds)?.id ?? null
  }
}

type Holds = Map<string, Hold>

async function holdsAbout(tx: Tx, campaignId: number, rows: PledgeRow[], at: Date): Promise<Holds> {
  const reasons = signReasons.map((reason) => subjectOf({ reason }))
  const subjects = [...reasons, ...rows.flatMap(placesOf)]
  const found = bySubject(await findHolds(tx, campaignId, subjects))
  const missing = signReasons.filter(
    (reason) =>
      !found.has(nameOf(subjectOf({ reason }))) && rows.some(({ signals }) => reasonIn(signals) === reason),
  )
  if (missing.length === 0) return found
  for (const reason of missing) await beginHold(tx, { campaignId, reason }, at)
  return bySubject(await findHolds(tx, campaignId, subjects))
}

/** Whoever's domain an organizer let count counts, whatever else was noticed; campuses have their addresses checked. */
function holdFor(row: PledgeRow, holds: Holds): Hold | undefined {
  if (row.campus_proven) return undefined
  const ofPlaces = placesOf(row).flatMap((place) => holds.get(nameOf(place)) ?? [])
  if (ofPlaces.some(({ isOpen }) => !isOpen)) return undefined
  if (ofPlaces[0]) return ofPlaces[0]
  const reason = reasonIn(row.signals)
  const bySigns = reason && holds.get(nameOf(subjectOf({ reason })))
  return bySigns?.isOpen ? bySigns : undefined
}

/** By what floods may be known: its mail domain, and whoever takes in the mail of that. */
function placesOf({ domain_digest, host_digest }: PledgeRow): Buffer[] {
  const host = host_digest && subjectOf({ reason: 'mail-host', digest: host_digest })
  return host ? [domain_digest, host] : [domain_digest]
}

function bySubject(holds: Hold[]): Holds {
  return new Map(holds.map((hold) => [nameOf(hold.subject), hold]))
}

function nameOf(subject: Buffer): string {
  return subject.toString('base64url')
}
