import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { checkedAddress } from '../../server/pledges/address.ts'
import { sealContact } from '../../server/pledges/contact.ts'
import { domainDigest, pledgeKey } from '../../server/pledges/mailbox.ts'
import { campaignId } from '../builders.ts'
import type { Estamos } from '../estamos.ts'

export interface Some {
  people: number
  /** Domain of their addresses. */
  domain: string
  campus?: string
  source?: string
  state?: 'pending' | 'confirmed'
  signals?: string[]
  /** When they signed, at the latest; confirmed ones confirm at once. */
  at?: Date
  /** Over how many minutes before that they are spread. */
  minutes?: number
  /** The name of the nth, for those who ask to be listed. */
  name?: (n: number) => string
}

/** Pledges by the thousand, as signing and confirming would have written them, with their tallies, in a few statements. */
export async function aCrowdOf(server: Estamos, slug: string, some: Some): Promise<string[]> {
  const { db } = server.deps
  const id = await campaignId(server, slug)
  const emails = Array.from(
    { length: some.people },
    (_, n) => `s${n}-${randomBytes(4).toString('hex')}@${some.domain}`,
  )
  for (let from = 0; from < emails.length; from += 5_000) {
    const rows = await rowsOf(server, slug, some, emails.slice(from, from + 5_000), from)
    await db.execute(sql`
      insert into pledges (campaign_id, email_digest, address_digest, domain_digest, state, campus_id, campus_proven,
        contact, lists_name, wants_updates, text_version, locale, source, signals, signed_at,
        confirmed_at)
      select ${id}, email_digest, address_digest, domain_digest, state, campus_id, campus_proven, contact, lists_name,
        false, 1, 'en', source, signals, signed_at, confirmed_at
      from json_populate_recordset(null::pledges, ${JSON.stringify(rows)}::json)`)
  }
  await countIn(server, id)
  return emails
}

async function rowsOf(server: Estamos, slug: string, some: Some, emails: string[], from: number) {
  const { campaigns, campuses, keys } = server.deps
  const campaign = await campaigns.bySlug(slug)
  const { state = 'confirmed', source, signals = [], at = server.deps.now(), minutes = 0, name } = some
  const owner = campuses.ofAddressDomain(some.domain)
  const proven = owner && !owner.system ? owner.campuses[0] : undefined
  const campus = proven ?? (some.campus ? campuses.byDomain(some.campus) : undefined)
  return emails.map((email, n) => {
    const address = checkedAddress(email)
    const key = pledgeKey(campaign, address)
    const signed = new Date(at.getTime() - (minutes * 60_000 * n) / emails.length).toISOString()
    const contact = { email: address.exact, ...(name && { name: name(from + n) }) }
    return {
      email_digest: hex(key.emailDigest),
      address_digest: hex(key.addressDigest),
      domain_digest: hex(domainDigest(campaign, address)),
      state,
      campus_id: campus?.id ?? null,
      campus_proven: proven !== undefined,
      contact: state === 'pending' ? hex(sealContact(keys, key, contact)) : null,
      lists_name: name !== undefined,
      source: source ?? null,
      signals,
      signed_at: signed,
      confirmed_at: state === 'confirmed' ? signed : null,
    }
  })
}

/** Tallies and hours as the pledges say. */
async function countIn(server: Estamos, id: number): Promise<void> {
  await server.deps.db.execute(sql`
    insert into tallies (campaign_id, campus_id, confirmed)
    select campaign_id, coalesce(campus_id, 0), count(*) filter (where state = 'confirmed') from pledges
    where campaign_id = ${id} group by 1, 2
    on conflict (campaign_id, campus_id) do update set confirmed = excluded.confirmed`)
  await server.deps.db.execute(sql`
    insert into tally_hours (campaign_id, campus_id, hour, created, confirmed)
    select campaign_id, coalesce(campus_id, 0), date_trunc('hour', signed_at, 'UTC'), count(*), count(confirmed_at)
    from pledges where campaign_id = ${id} group by 1, 2, 3
    on conflict (campaign_id, campus_id, hour) do update set created = excluded.created, confirmed = excluded.confirmed`)
  await server.deps.db.execute(sql`select pg_notify('tallies', ${String(id)})`)
}

function hex(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

export interface Sums {
  /** What the tallies say. */
  tallies: number
  /** What `count(*)` says. */
  rows: number
}

/** Both in one statement, so that they are of the same moment. */
export async function sums(server: Estamos, slug: string): Promise<Sums & Record<string, unknown>> {
  const id = await campaignId(server, slug)
  const { rows } = await server.deps.db.execute<Sums & Record<string, unknown>>(sql`
    select
      (select coalesce(sum(confirmed), 0)::int from tallies where campaign_id = ${id}) as tallies,
      (select count(*)::int from pledges where campaign_id = ${id} and state = 'confirmed') as rows`)
  return rows[0]!
}

/** Looks at both sums from connections of its own, as often as it can. */
export function watching(server: Estamos, slug: string) {
  const over = new AbortController()
  const looking = (async () => {
    const seen: Sums[] = []
    const other = await server.another()
    while (!over.signal.aborted) {
      seen.push(await sums({ ...server, ...other }, slug))
      await setImmediate()
    }
    return seen
  })()
  return {
    async end() {
      over.abort()
      return await looking
    },
  }
}
