import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { type DigestingCampaign, domainDigest } from '../pledges/mailbox.ts'
import { isProvider } from './mailbox-providers.ts'

/** Sees that one mail domain or source rushes in, so that it is looked at within a second and not with the next minute. */
export interface Rushes {
  /** Counts in memory; after the signers have their answers the rest is done. */
  note(campaign: DigestingCampaign, arrived: Arrived): void
  close(): Promise<void>
}

export interface Arrived {
  /** As somebody registered it; undefined for one that may come in crowds. */
  domain: string | undefined
  source: string | undefined
}

/** So many of one in ten minutes are looked at, then twice as many, and so on: each look goes through a whole drive. */
const FIRST_LOOK = { domain: 30, source: 100 }
const WINDOW_MS = 10 * 60_000
const MOST_KNOWN = 50_000

interface Rush {
  since: number
  signed: number
  /** In times the first. */
  nextLook: number
}

export function openRushes({ db, now }: { db: Db; now: () => Date }): Rushes {
  const seen = new Map<string, Rush>()
  const looking = new Set<Promise<void>>()

  function note(campaign: DigestingCampaign, kind: keyof Arrived, value: string): void {
    const rush = rushOf(seen, `${campaign.id} ${kind} ${value}`, now().getTime())
    rush.signed += 1
    if (rush.signed < rush.nextLook * FIRST_LOOK[kind]) return
    rush.nextLook *= 2
    // What fails is done by the clock.
    const look = lookAt(db, campaign, kind === 'domain' ? value : undefined).catch(() => {})
    looking.add(look)
    void look.then(() => looking.delete(look))
  }

  return {
    note(campaign, { domain, source }) {
      if (domain !== undefined && !isProvider(domain)) note(campaign, 'domain', domain)
      if (source !== undefined) note(campaign, 'source', source)
    },
    async close() {
      await Promise.all(looking)
    },
  }
}

function rushOf(seen: Map<string, Rush>, name: string, at: number): Rush {
  const known = seen.get(name)
  if (known && at - known.since < WINDOW_MS) return known
  if (seen.size >= MOST_KNOWN) seen.clear()
  const rush = { since: at, signed: 0, nextLook: 1 }
  seen.set(name, rush)
  return rush
}

async function lookAt(db: Db, campaign: DigestingCampaign, domain: string | undefined): Promise<void> {
  if (domain !== undefined) await nameIfShared(db, campaign, domain)
  await addJobs(db, [
    {
      task: 'notice-fakes-of',
      key: `notice fakes of ${campaign.id}`,
      payload: { campaign: campaign.id },
    },
  ])
}

/** Once enough pledges share it, its name says of nobody that she signed; of a script that confirms at once none waits, so that it cannot be read later. */
async function nameIfShared(db: Db, campaign: DigestingCampaign, registrableDomain: string): Promise<void> {
  const digest = domainDigest(campaign, { registrableDomain })
  await db.execute(sql`
    insert into mail_domains (campaign_id, domain_digest, domain)
    select campaigns.id, ${digest}, ${registrableDomain} from campaigns
    where id = ${campaign.id} and smallest_shown <= (
      select count(*) from pledges where campaign_id = ${campaign.id} and domain_digest = ${digest})
    on conflict do nothing`)
}
