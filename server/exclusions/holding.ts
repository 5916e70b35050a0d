import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import { transaction, type Tx } from '../db/db.ts'
import { exclusions } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { excludeNext, isExcludable } from '../pledges/excluding.ts'
import { hasReason, signReasons } from '../pledges/weighing.ts'
import { countedBy, countedShares } from './counted.ts'
import { beginHold, findHolds, type Hold } from './holds.ts'
import { isProviderIn } from './mailbox-providers.ts'
import { floods } from './proportion.ts'

/** Pledges that are taken out in one transaction. */
const AT_ONCE = 1_000

/**
 * Takes out of the count, until an organizer decides, what bears signs of a fake, and what floods the drive.
 * @param isBusy whether so much goes on that there may be a flood
 */
export async function holdFakes(
  deps: Deps,
  campaign: Campaign,
  { isBusy }: { isBusy: boolean },
): Promise<void> {
  if (isBusy) await beginFloods(deps, campaign)
  await beginSigns(deps, campaign)
  const holds = await findHolds(deps.db, campaign.id)
  for (const hold of holds.filter(({ isOpen }) => isOpen)) await sweep(deps, campaign, hold)
}

/** Where everybody has a mailbox a crowd is no flood. */
async function beginFloods({ db, now }: Deps, campaign: Campaign): Promise<void> {
  const counted = await countedBy(db, campaign.id, now())
  const isProvider = isProviderIn(campaign)
  for (const part of counted.parts) {
    const { kind: reason, digest } = part
    if (reason === 'all' || !digest || (reason === 'domain' && isProvider(digest))) continue
    const seen = countedShares(counted, part).find((shares) => floods(shares.now, shares.before))
    if (!seen) continue
    const from = seen.before.pledges > 0 && new Date(counted.at.getTime() - seen.minutes * 60_000)
    await beginHold(db, { campaignId: campaign.id, reason, digest, seen, ...(from && { from }) }, counted.at)
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
  const since = from
    ? sql`and (pledge.confirmed_at is null or pledge.confirmed_at >= ${from.toISOString()}::timestamptz)`
    : sql``
  return sql`not pledge.campus_proven and ${isAbout()} ${since}`

  function isAbout(): SQL {
    switch (reason) {
      case 'domain':
        return sql`pledge.domain_digest = ${subject}`
      case 'mail-host':
        return sql`pledge.domain_digest in (
          select domain_digest from mail_exchanges
          where campaign_id = ${campaignId} and host_digest = ${subject.subarray(-32)}) and not ${isLetCount(campaignId)}`
      case 'disposable-domain':
      case 'several-signs':
        return sql`${hasReason(reason)} and not ${isLetCount(campaignId)}`
    }
    return reason satisfies never
  }
}

/** An organizer has looked at its mail domain, or at who takes in the mail of that, and let it count. */
function isLetCount(campaignId: number): SQL {
  return sql`exists (
    select from exclusions decided
    left join mail_exchanges known
      on known.campaign_id = ${campaignId} and known.domain_digest = pledge.domain_digest
    where decided.campaign_id = ${campaignId} and decided.state in ('undoing', 'undone')
      and decided.subject in (pledge.domain_digest, 'mail-host '::bytea || known.host_digest))`
}
