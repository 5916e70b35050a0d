import { sql, type SQL } from 'drizzle-orm'
import { fold } from '../campuses/fold.ts'
import type { Deps } from '../deps.ts'
import { nextMeant } from '../pledges/excluding.ts'
import { markPledges } from '../pledges/marking.ts'
import { arrivalsOf, standingOut } from './arrivals.ts'
import { holdFakes } from './holding.ts'
import { noticeListedHosts } from './mail-hosts.ts'
import { hoursCounted } from '../leaderboards/tally.ts'

/** A drive in which less goes on has no flood. */
const FEWEST_IN_TWO_HOURS = 30
const LOOKED_UP_MINUTES = 60
/** Names that are looked through: of the newest pledges, so that a launch of thousands is not opened again and again. */
const NAMES_MINUTES = 60
const NAMES_AT_ONCE = 1_000
const MOST_NAMES = 20_000
/** So many bear one name before it is noticed, and of a great many names so great a part. */
const FEWEST_NAMESAKES = 5
const NAMESAKES_SHARE = 0.02

/** By the clock: notes at new pledges what can be seen only beside others, and holds what looks like a flood. */
export async function noticeFakes(deps: Deps): Promise<void> {
  for (const campaignId of await activeCampaigns(deps)) await noticeFakesOf(deps, campaignId)
}

/** The same for one drive, into which something rushes. */
export async function noticeFakesOf(deps: Deps, campaignId: number): Promise<void> {
  const campaign = await deps.campaigns.byId(campaignId)
  if (!campaign) return
  await noticeWithoutMail(deps, campaignId)
  await noticeListedHosts(deps.db, campaignId, deps.now())
  const isBusy = (await movedIn(deps, campaignId)) >= FEWEST_IN_TWO_HOURS
  if (isBusy) await noticeBursts(deps, campaignId)
  if (isBusy) await noticeSameNames(deps, campaignId)
  await holdFakes(deps, campaign, { isBusy })
}

/** From the totals of hours, so that a quiet server does not look through pledges at all. */
async function activeCampaigns({ db, now }: Deps): Promise<number[]> {
  const { rows } = await db.execute<{ campaign_id: number }>(sql`
    select campaign_id from ${hoursCounted} where ${isInTwoHours(now())}
    group by 1 having sum(created + confirmed) > 0 order by 1`)
  return rows.map(({ campaign_id }) => campaign_id)
}

/** Signed and confirmed. */
async function movedIn({ db, now }: Deps, campaignId: number): Promise<number> {
  const { rows } = await db.execute<{ moved: number }>(sql`
    select coalesce(sum(created + confirmed), 0)::int as moved from ${hoursCounted}
    where campaign_id = ${campaignId} and ${isInTwoHours(now())}`)
  return rows[0]?.moved ?? 0
}

function isInTwoHours(now: Date): SQL {
  return sql`hour > ${now.toISOString()}::timestamptz - interval '2 hours'`
}

async function noticeBursts({ db, now }: Deps, campaignId: number): Promise<void> {
  const at = now()
  const arrivals = await arrivalsOf(db, campaignId, at)
  for (const { kind, domain_digest, source } of standingOut(arrivals, 10)) {
    const isOfIt =
      kind === 'source' ? sql`pledge.source = ${source}` : sql`pledge.domain_digest = ${domain_digest}`
    await markPledges(db, { campaignId, signal: 'burst', where: sql`${isOfIt} and ${isWithin(at, 10)}` })
  }
}

async function noticeWithoutMail({ db, now }: Deps, campaignId: number): Promise<void> {
  const where = sql`not pledge.campus_proven and ${isWithin(now(), LOOKED_UP_MINUTES)} and pledge.domain_digest in (
    select domain_digest from mail_exchanges where campaign_id = ${campaignId} and found = 'none')`
  await markPledges(db, { campaignId, signal: 'no-mail-exchange', where })
}

/** Names are there only while a pledge waits, and only of those who ask to be listed. */
async function noticeSameNames(deps: Deps, campaignId: number): Promise<void> {
  const { byName, names } = await namesWaiting(deps, campaignId)
  const enough = Math.max(FEWEST_NAMESAKES, NAMESAKES_SHARE * names)
  const same = [...byName.values()].filter((keys) => keys.length >= enough).flat()
  for (let from = 0; from < same.length; from += NAMES_AT_ONCE) {
    const some = sql.join(same.slice(from, from + NAMES_AT_ONCE), sql`, `)
    const where = sql`(pledge.email_digest, pledge.address_digest) in (${some})`
    await markPledges(deps.db, { campaignId, signal: 'same-name', where })
  }
}

async function namesWaiting({ db, keys, now }: Deps, campaignId: number) {
  const byName = new Map<string, SQL[]>()
  const meant = { campaignId, where: isWithin(now(), NAMES_MINUTES), isNamed: () => true }
  let names = 0
  let after: Parameters<typeof nextMeant>[3]['after']
  do {
    const { rows, last } = await nextMeant(db, keys, meant, { after, limit: NAMES_AT_ONCE, locks: false })
    for (const { name = '', email_digest, address_digest } of rows) {
      const same = byName.get(fold(name)) ?? []
      same.push(sql`(${email_digest}, ${address_digest})`)
      byName.set(fold(name), same)
    }
    names += rows.length
    after = last
  } while (after && names < MOST_NAMES)
  return { byName, names }
}

function isWithin(now: Date, minutes: number): SQL {
  return sql`pledge.signed_at > ${new Date(now.getTime() - minutes * 60_000).toISOString()}::timestamptz`
}
