import { Resolver } from 'node:dns/promises'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { DnsServers } from '../config/dns.ts'
import { hex } from '../db/bytes.ts'
import type { Db } from '../db/db.ts'
import { lookBy } from '../mail/checking/look.ts'
import type { Address } from '../pledges/address.ts'
import { type DigestingCampaign, domainDigest, hostDigest } from '../pledges/mailbox.ts'
import { type Exchange, exchangeOf } from './exchange.ts'

/** Looks up who takes in the mail of signers' domains, after they have had their answer. */
export interface MailExchanges {
  /** A look into memory: the domain's name is kept there alone, until it has been looked up. */
  note(campaign: DigestingCampaign, address: Address): void
  close(): Promise<void>
}

interface Opening {
  db: Db
  now: () => Date
  servers: DnsServers
}

interface Noted {
  campaign: DigestingCampaign
  domain: string
  registrableDomain: string
}

/** Looked up at once by one process; each ends within the limit, however silent DNS is. */
const AT_ONCE = 100
const LIMIT_MS = 3_000
/** Beyond it, what comes in is not looked up until its domain signs again. */
const MOST_WAITING = 10_000
const MOST_KNOWN = 50_000
const MINUTE_MS = 60_000
/** How long an answer holds: a domain without mail may be one whose records are just being made. */
const HOLDS_MS = { exchange: 24 * 60 * MINUTE_MS, none: 60 * MINUTE_MS, unknown: 10 * MINUTE_MS }

export function openMailExchanges({ db, now, servers }: Opening): MailExchanges {
  if (!servers) return { note: () => {}, close: async () => {} }
  return lookingUp({ db, now, servers })
}

interface Looking extends Omit<Opening, 'servers'> {
  servers: string[]
}

function lookingUp({ db, now, servers }: Looking): MailExchanges {
  const closing = new AbortController()
  /** By campaign and exact domain, until when it need not be looked up. */
  const known = new Map<string, number>()
  let waiting: Noted[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const round = waiting.splice(0, AT_ONCE)
      // What the database did not take is looked up when its domain signs again.
      await lookUp({ db, now, servers, closing: closing.signal }, round).catch(() =>
        round.map((noted) => known.delete(nameOf(noted))),
      )
    }
    working = undefined
  }

  return {
    note(campaign, { domain, registrableDomain }) {
      const noted = { campaign, domain, registrableDomain }
      const name = nameOf(noted)
      const at = now().getTime()
      if ((known.get(name) ?? 0) > at || waiting.length >= MOST_WAITING) return
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(name, at + HOLDS_MS.unknown)
      waiting.push(noted)
      working ??= setTimeout(0).then(work)
    },
    async close() {
      waiting = []
      closing.abort()
      await working
    },
  }
}

function nameOf({ campaign, domain }: Noted): string {
  return `${campaign.id} ${domain}`
}

interface Round extends Looking {
  closing: AbortSignal
}

async function lookUp(at: Round, round: Noted[]): Promise<void> {
  const { db, now } = at
  const unknown = await withoutKnown(db, now(), round)
  const exchanges = await Promise.all(unknown.map(({ domain }) => exchangeWithinLimit(at, domain)))
  const found = unknown.map((noted, n) => rowOf(noted, exchanges[n]!, now()))
  if (found.length > 0) await write(db, found, now())
}

const LATE = { found: 'unknown' } as const

/** A resolver for each: one malformed reply fails all that the same resolver has asked. */
async function exchangeWithinLimit({ servers, closing }: Round, domain: string): Promise<Exchange> {
  const resolver = new Resolver({ timeout: LIMIT_MS / 2, tries: 2, maxTimeout: LIMIT_MS / 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const over = new AbortController()
  const signal = AbortSignal.any([closing, over.signal])
  const late = setTimeout(LIMIT_MS, LATE, { signal }).catch(() => LATE)
  return await Promise.race([exchangeOf(lookBy(resolver), domain), late]).finally(() => {
    over.abort()
    resolver.cancel()
  })
}

/** Other processes may have looked; a part of a domain may take mail where another was found to take none. */
async function withoutKnown(db: Db, now: Date, round: Noted[]): Promise<Noted[]> {
  const asked = round.map((noted) => keyOf(noted))
  const { rows } = await db.execute<{ campaign_id: number; domain_digest: Buffer; found: string }>(sql`
    select campaign_id, domain_digest, found from mail_exchanges
    where (campaign_id, domain_digest) in (
      select campaign_id, domain_digest from json_populate_recordset(null::mail_exchanges, ${JSON.stringify(asked)}::json))
      and expires_at > ${now.toISOString()}::timestamptz`)
  const foundBy = new Map(rows.map((row) => [`${row.campaign_id} ${hex(row.domain_digest)}`, row.found]))
  return round.filter((noted) => {
    const { campaign_id, domain_digest } = keyOf(noted)
    const found = foundBy.get(`${campaign_id} ${domain_digest}`)
    return found === undefined || (found !== 'exchange' && noted.domain !== noted.registrableDomain)
  })
}

function keyOf({ campaign, registrableDomain }: Noted) {
  return {
    campaign_id: campaign.id,
    domain_digest: hex(domainDigest(campaign, { registrableDomain })),
  }
}

function rowOf(noted: Noted, exchange: Exchange, now: Date) {
  const { host, isListed } = exchange.found === 'exchange' ? exchange : { host: undefined, isListed: false }
  return {
    ...keyOf(noted),
    found: exchange.found,
    host_digest: host === undefined ? null : hex(hostDigest(noted.campaign, host)),
    is_listed: isListed,
    expires_at: new Date(now.getTime() + HOLDS_MS[exchange.found]).toISOString(),
  }
}

/** An exchange that was found stands while it holds, whatever another part of the domain has or DNS says meanwhile. */
async function write(db: Db, rows: ReturnType<typeof rowOf>[], now: Date): Promise<void> {
  await db.execute(sql`
    insert into mail_exchanges as known (campaign_id, domain_digest, found, host_digest, is_listed, expires_at)
    select distinct on (campaign_id, domain_digest)
      campaign_id, domain_digest, found, host_digest, is_listed, expires_at
    from json_populate_recordset(null::mail_exchanges, ${JSON.stringify(rows)}::json)
    order by campaign_id, domain_digest, array_position(array['exchange', 'none', 'unknown'], found)
    on conflict (campaign_id, domain_digest) do update set found = excluded.found,
      host_digest = excluded.host_digest, is_listed = excluded.is_listed, expires_at = excluded.expires_at
    where excluded.found = 'exchange' or known.found <> 'exchange' or known.expires_at < ${now.toISOString()}::timestamptz`)
}
