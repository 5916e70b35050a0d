import { sql, type SQL } from 'drizzle-orm'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import type { FoundPledges, PledgeQuery, Suggestions } from './contract.ts'
import { columns, type FoundRow, hourOf, shownPledge } from './found.ts'
import { conditionOf, detailOf, rounded } from './rules.ts'
import { hoursCounted } from '../leaderboards/tally.ts'

const PAGE = 25
/** Up to here it is counted exactly: nobody reads so many rows, and counting on costs more than finding. */
const COUNTED = 10_000

/** Pledges by what is left of them, the newest hour first; within an hour in no order that says anything. */
export async function searchPledges(
  deps: Deps,
  campaign: Campaign,
  { after, ...criteria }: PledgeQuery,
): Promise<FoundPledges> {
  const at = deps.now()
  const where = conditionOf(deps, campaign, criteria, at)
  if ((await detailOf(deps, campaign, criteria, at)) === 'rounded-count') {
    const count = rounded(await countOf(deps, where), campaign)
    return { count: Math.min(count, COUNTED), isExact: false, isCountOnly: true, pledges: [] }
  }
  const [rows, count] = await Promise.all([
    pageOf(deps, where, after === undefined ? undefined : openPlace(deps, campaign, after)),
    countOf(deps, where),
  ])
  const shown = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? shown.at(-1) : undefined
  return {
    count: Math.min(count, COUNTED),
    isExact: count <= COUNTED,
    pledges: shown.map((row) => shownPledge(deps, row)),
    ...(last && { next: sealPlace(deps, campaign, last) }),
  }
}

/**
 * By the digest of the exact address, never by that of the mailbox: other spellings of somebody's address, typed by the
 * asker, would stand beside their row.
 */
async function pageOf({ db }: Deps, where: SQL, place: Place | undefined): Promise<FoundRow[]> {
  const hour = hourOf(sql`pledge.signed_at`)
  const isAfter =
    place &&
    sql`and (${hour} < ${place.hour}::timestamptz or (${hour} = ${place.hour}::timestamptz
      and pledge.address_digest > ${place.addressDigest}))`
  const { rows } = await db.execute<FoundRow>(sql`
    select found.*, known.domain, known.is_shown from (
      select ${columns} from pledges pledge where ${where} ${isAfter ?? sql``}
      order by hour desc, address_digest limit ${PAGE + 1}) found
    left join mail_domains known using (campaign_id, domain_digest)
    order by hour desc, address_digest`)
  return rows
}

async function countOf({ db }: Deps, where: SQL): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from (select from pledges pledge where ${where} limit ${COUNTED + 1}) found`)
  return rows[0]?.count ?? 0
}

/** Where a page ended. It leaves the server sealed: it holds a digest. */
interface Place {
  hour: string
  addressDigest: Buffer
}

function sealPlace({ keys }: Deps, { id }: Campaign, { hour, address_digest }: FoundRow): string {
  const text = JSON.stringify([new Date(hour).toISOString(), address_digest.toString('base64url')])
  return keys.seal('search', Buffer.from(text), placeContext(id)).toString('base64url')
}

/** @throws Refusal `invalid-request` */
function openPlace({ keys }: Deps, { id }: Campaign, sealed: string): Place {
  try {
    const opened = keys.open('search', Buffer.from(sealed, 'base64url'), placeContext(id)).toString()
    const [hour, digest] = JSON.parse(opened) as [string, string]
    return { hour, addressDigest: Buffer.from(digest, 'base64url') }
  } catch {
    throw new Refusal('invalid-request', 'This page of the search is gone; search again.', { field: 'after' })
  }
}

function placeContext(campaignId: number): Buffer {
  return Buffer.from(`search ${campaignId}`)
}

const SUGGESTED = 200

/** Campuses, sources and mail domains that occur and may be asked for, for the form to suggest. */
export async function suggestionsFor({ db, campuses }: Deps, { id }: Campaign): Promise<Suggestions> {
  const { rows } = await db.execute<{ campus_ids: number[]; sources: string[]; domains: string[] }>(sql`
    select
      array(select campus_id from ${hoursCounted} where campaign_id = ${id}
        group by campus_id order by sum(created) desc limit ${SUGGESTED}) as campus_ids,
      array(select code from sources where campaign_id = ${id} order by code limit ${SUGGESTED}) as sources,
      array(select domain from mail_domains where campaign_id = ${id} and is_shown order by domain limit ${SUGGESTED}) as domains`)
  const { campus_ids = [], sources = [], domains = [] } = rows[0] ?? {}
  const known = campus_ids.flatMap((campusId) => campuses.byId(campusId) ?? [])
  return { campuses: known.map(({ domain, name }) => ({ campus: domain, name })), sources, domains }
}
