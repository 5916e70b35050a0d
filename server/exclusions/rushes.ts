import { sql } from 'drizzle-orm'
import { wordsOf } from '../bugs.ts'
import { SAFE_TIMES } from '../campaigns/group-size.ts'
import type { Db } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { type DigestingCampaign, domainDigest } from '../pledges/mailbox.ts'
import { Doubling } from './doubling.ts'
import { isProvider } from './mailbox-providers.ts'
import { isMailbox } from './rules.ts'

/**
 * Sees that one mail domain or source rushes in, so that it is looked at within a second and not with the next minutes.
 * Counts in memory; the rest is done after the signers have their answers.
 */
export interface Rushes {
  noteSigned(campaign: DigestingCampaign, signed: Signed): void
  /** @param digest of her mail domain, but for those of campuses, which come in crowds */
  noteConfirmed(campaignId: number, digest: Buffer): void
  close(): Promise<void>
}

export interface Signed {
  /** As somebody registered it; undefined for that of a campus. */
  domain: string | undefined
  source: string | undefined
}

/** So many are worth a look, and each look goes through a whole drive: the next is due at twice as many. */
const FIRST_LOOK = { signed: 30, bySource: 100, confirmed: 30 }

export function openRushes({ db, now }: { db: Db; now: () => Date }): Rushes {
  const signed = new Doubling(FIRST_LOOK.signed)
  const bySource = new Doubling(FIRST_LOOK.bySource)
  const confirmed = new Doubling(FIRST_LOOK.confirmed)
  const underWay = new Set<Promise<void>>()

  /** What fails is done by the clock, and said: nobody else would hear of a privilege that is missing. */
  function afterwards(work: Promise<void>): void {
    const done = work.catch(tell).finally(() => underWay.delete(done))
    underWay.add(done)
  }

  return {
    noteSigned(campaign, { domain, source }) {
      const at = now().getTime()
      if (domain !== undefined && !isProvider(domain) && signed.reaches(`${campaign.id} ${domain}`, at))
        afterwards(nameIfShared(db, campaign, domain))
      if (source !== undefined && bySource.reaches(`${campaign.id} ${source}`, at))
        afterwards(askForLook(db, campaign.id))
    },
    noteConfirmed(campaignId, digest) {
      const name = `${campaignId} ${digest.toString('base64url')}`
      if (confirmed.reaches(name, now().getTime())) afterwards(askForLook(db, campaignId))
    },
    async close() {
      await Promise.all(underWay)
    },
  }
}

function tell(error: unknown): void {
  process.stderr.write(`exclusions: a rush could not be looked at: ${wordsOf(error)}\n`)
}

async function askForLook(db: Db, campaignId: number): Promise<void> {
  const key = `notice fakes of ${campaignId}`
  await addJobs(db, [{ task: 'notice-fakes-of', key, payload: { campaign: campaignId } }])
}

/**
 * Once enough confirmed mailboxes share it, its name says of nobody that they signed. It is read now, because of a script
 * that confirms at once no pledge waits for the clock to read it from.
 */
async function nameIfShared(db: Db, campaign: DigestingCampaign, domain: string): Promise<void> {
  const digest = domainDigest(campaign, { registrableDomain: domain })
  await db.execute(sql`
    insert into mail_domains (campaign_id, domain_digest, domain)
    select campaigns.id, ${digest}, ${domain} from campaigns
    where id = ${campaign.id} and ${SAFE_TIMES} * smallest_shown <= (
      select count(*) from pledges
      where campaign_id = ${campaign.id} and domain_digest = ${digest} and ${isMailbox})
    on conflict do nothing`)
}
