import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { transaction, type Tx } from '../db/db.ts'
import { exclusions } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { excludeNext, isExcludable } from '../pledges/excluding.ts'
import { hasReason, signReasons } from '../pledges/weighing.ts'
import { type Arrivals, MINUTES, sharesIn } from './arrivals.ts'
import { beginHold, findHolds, type Hold } from './holds.ts'
import { isProviderIn } from './mailbox-providers.ts'
import { floods } from './proportion.ts'

/** Pledges that are taken out in one transaction. */
const AT_ONCE = 1_000

/** Takes out of the count, until an organizer decides, what bears signs of a fake, and what floods the drive. */
export async function holdFakes(deps: Deps, campaign: Campaign, arrivals: Arrivals): Promise<void> {
  await beginFloods(deps, campaign, arrivals)
  await beginSigns(deps, campaign)
  const holds = await findHolds(deps.db, campaign.id)
  for (const hold of holds.filter(({ isOpen }) => isOpen)) await sweep(deps, campaign, hold)
}

/** Domains of campuses never flood: nobody else has addresses there. Nor do those where everybody has a mailbox. */
async function beginFloods({ db }: Deps, campaign: Campaign, arrivals: Arrivals): Promise<void> {
  const isProvider = isProviderIn(campaign)
  for (const part of arrivals.parts) {
    const { kind, domain_digest: digest, is_campus } = part
    if (kind !== 'domain' || !digest || is_campus || isProvider(digest)) continue
    const minutes = MINUTES.find((some) => {
      const { now, before } = sharesIn(arrivals, part, some)
      return floods(now, before)
    })
    if (!minutes) continue
    const shares = sharesIn(arrivals, part, minutes)
    const from = new Date(arrivals.at.getTime() - minutes * 60_000)
    const hold = { campaignId: campaign.id, reason: 'domain' as const, digest, seen: { minutes, ...shares } }
    await beginHold(db, { ...hold, ...(shares.before.pledges > 0 && { from }) }, arrivals.at)
  }
}

async function beginSigns({ db, now }: Deps, { id: campaignId }: Campaign): Promise<void> {
  for (const reason of signReasons) {
    const { rows } = await db.execute(sql`
      select from pledges pledge
      where campaign_id = ${campaignId} and ${isExcludable()} and not campus_proven and ${hasReason(reason)} limit 1`)
    if (rows.length > 0) await beginHold(db, { campaignId, reason }, now())
  }
}

type Place = Awaited<ReturnType<typeof excludeNext>>['last']

async function sweep(deps: Deps, { id: campaignId }: Campaign, hold: Hold): Promise<void> {
  const meant = { campaignId, where: conditionOf(campaignId, hold), exclusionId: hold.id }
  let after: Place
  do {
    after = await transaction(deps.db, async (tx) => {
      if (!(await isStillOpen(tx, hold))) return undefined
      return (await excludeNext(tx, deps.keys, meant, { after, limit: AT_ONCE })).last
    })
  } while (after)
}

/** Whoever undoes it meanwhile waits for the transaction, and finds all of it. */
async function isStillOpen(tx: Tx, { id }: Hold): Promise<boolean> {
  const [open] = await tx
    .select({ id: exclusions.id })
    .from(exclusions)
    .where(and(eq(exclusions.id, id), eq(exclusions.state, 'applied')))
    .for('share')
  return open !== undefined
}

function conditionOf(campaignId: number, { reason, subject, from }: Hold): SQL {
  const since = from ? sql`and pledge.signed_at >= ${from.toISOString()}::timestamptz` : sql``
  return sql`not pledge.campus_proven and ${isAbout()} ${since}`

  function isAbout(): SQL {
    switch (reason) {
      case 'domain':
        return sql`pledge.domain_digest = ${subject}`
      case 'mail-host':
        return sql`false`
      case 'disposable-domain':
      case 'several-signs':
        return sql`${hasReason(reason)} and not ${isLetCount(campaignId)}`
    }
    return reason satisfies never
  }
}

/** An organizer has looked at its mail domain, and let it count. */
function isLetCount(campaignId: number): SQL {
  return sql`exists (
    select from exclusions decided where decided.campaign_id = ${campaignId}
      and decided.subject = pledge.domain_digest and decided.state in ('undoing', 'undone'))`
}
