import { eq, sql } from 'drizzle-orm'
import { safeGroupSize } from '../campaigns/group-size.ts'
import type { Db } from '../db/db.ts'
import { mailDomains, mailExchanges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { registrableDomain } from '../pledges/address.ts'
import { isLost, openContact } from '../pledges/contact.ts'
import { hoursCounted } from '../leaderboards/tally.ts'
import { isMailbox, isSettled } from './rules.ts'

interface Waiting extends Record<string, unknown> {
  email_digest: Buffer
  address_digest: Buffer
  domain_digest: Buffer
  contact: Buffer
}

/**
 * By the clock: names mail domains, while so many confirmed mailboxes share one that its name says of nobody that they
 * signed. The name is read from a pledge that waits, since no other holds an address that it may be read from.
 */
export async function nameMailDomains(deps: Deps): Promise<void> {
  const { db, now } = deps
  const { rows } = await db.execute<SharedBy & Record<string, unknown>>(sql`
    select id, smallest_shown as "smallestShown" from campaigns where id in (
      select campaign_id from ${hoursCounted}
      where hour > ${now().toISOString()}::timestamptz - interval '2 hours' and (created > 0 or confirmed > 0))
    order by id`)
  for (const campaign of rows) {
    await nameDomainsOf(deps, campaign)
    await reviewDomainsOf(deps, campaign)
  }
}

/** During a rush: a script confirms its last pledge, and with it the last address, before the clock comes by. */
export async function nameMailDomainsOf(deps: Deps, campaignId: number): Promise<void> {
  const campaign = await deps.campaigns.byId(campaignId)
  if (campaign) await nameDomainsOf(deps, campaign)
}

/** By the clock: forgets names that too few share by now, also where nobody signs any more. */
export async function reviewMailDomains(deps: Deps): Promise<void> {
  const { rows } = await deps.db.execute<SharedBy & Record<string, unknown>>(sql`
    select id, smallest_shown as "smallestShown" from campaigns
    where id in (select campaign_id from mail_domains) order by id`)
  for (const campaign of rows) await reviewDomainsOf(deps, campaign)
}

interface SharedBy {
  id: number
  smallestShown: number
}

async function nameDomainsOf({ db, keys }: Deps, campaign: SharedBy): Promise<void> {
  const { id: campaignId } = campaign
  const { rows } = await db.execute<Waiting>(sql`
    with shared as (
      select domain_digest from pledges where campaign_id = ${campaignId}
      group by domain_digest
      having count(*) filter (where ${isMailbox}) >= ${safeGroupSize(campaign)}
        and count(contact) filter (where state = 'pending') > 0
      except select domain_digest from mail_domains where campaign_id = ${campaignId})
    select distinct on (domain_digest) domain_digest, email_digest, address_digest, contact
    from pledges join shared using (domain_digest)
    where campaign_id = ${campaignId} and state = 'pending' and contact is not null
    order by domain_digest`)
  const legible = rows.filter(({ contact }) => !isLost(keys, contact))
  if (legible.length === 0) return
  const named = legible.map(({ domain_digest, email_digest, address_digest, contact }) => {
    const key = { campaignId, emailDigest: email_digest, addressDigest: address_digest }
    const { email } = openContact(keys, key, contact)
    return { campaignId, domainDigest: domain_digest, domain: registrableDomain(email.split('@')[1] ?? '') }
  })
  await db.insert(mailDomains).values(named).onConflictDoNothing()
}

/** Counts what is known again: who takes a pledge back or erases it may leave too few. */
async function reviewDomainsOf({ db, now }: Deps, campaign: SharedBy): Promise<void> {
  const { id: campaignId } = campaign
  const least = safeGroupSize(campaign)
  await db.execute(sql`
    with shared as materialized (
      select domain_digest, count(*) filter (where ${isSettled(now())}) >= ${least} as is_shown from pledges
      where campaign_id = ${campaignId} and ${isMailbox} group by domain_digest having count(*) >= ${least}),
    forgotten as (
      delete from mail_domains where campaign_id = ${campaignId}
        and domain_digest not in (select domain_digest from shared))
    update mail_domains known set is_shown = shared.is_shown from shared
    where known.campaign_id = ${campaignId} and known.domain_digest = shared.domain_digest
      and known.is_shown <> shared.is_shown`)
}

/**
 * By the clock: who takes in the mail of a domain is known only while there is a pledge of it, so that who erases hers leaves
 * nothing by which her domain could be tried.
 */
export async function forgetMailExchanges({ db }: Deps): Promise<void> {
  await db.execute(sql`
    delete from mail_exchanges known where not exists (
      select from pledges
      where pledges.campaign_id = known.campaign_id and pledges.domain_digest = known.domain_digest)`)
}

/** Of a drive whose signers are forgotten: they name what no pledge has any more. What was held stays known as a number. */
export async function forgetMailDomainsOf(db: Db, campaignId: number): Promise<void> {
  await db.execute(sql`
    update exclusions set subject = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    where campaign_id = ${campaignId} and reason in ('domain', 'mail-host')`)
  await db.delete(mailExchanges).where(eq(mailExchanges.campaignId, campaignId))
  await db.delete(mailDomains).where(eq(mailDomains.campaignId, campaignId))
}
