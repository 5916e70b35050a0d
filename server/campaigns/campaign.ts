import { sql } from 'drizzle-orm'
import { type Db, type DbOrTx, isDatabaseAway } from '../db/db.ts'
import type { Listener } from '../db/listen.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { type Campaign, type PledgeText, readCampaigns } from './reading.ts'

export type { Campaign, PledgeText }

/** How long a process may go on with what it knows of a campaign, should a notification be lost. */
const KNOWN_FOR_MS = 1_500

export interface Campaigns {
  /** @throws Refusal `unknown-campaign`; a draft is unknown to the public. */
  bySlug(slug: string): Promise<Campaign>
  /** Drafts too; undefined where there is none. */
  known(slug: string): Promise<Campaign | undefined>
  byId(id: number): Promise<Campaign | undefined>
}

/**
 * Campaigns as this process last saw them; another process that changes one says so on the channel `campaigns`.
 * While the database is away the last sight serves on, so that pages stay up and a form keeps what was typed.
 */
export function openCampaigns(db: Db, keys: Keys, listener: Listener): Campaigns {
  let seen: { at: number; campaigns: Campaign[] } | undefined
  let reading: { since: number; campaigns: Promise<Campaign[]> } | undefined
  let changes = 0
  listener.on('campaigns', () => {
    changes += 1
    seen &&= { ...seen, at: -Infinity }
  })

  async function read(since: number): Promise<Campaign[]> {
    const campaigns = await readCampaigns(db, keys)
    if (since === changes) seen = { at: performance.now(), campaigns }
    return campaigns
  }

  /** Asked by many at once, it reads once; what was begun before a change was announced is not waited for. */
  function afresh(): Promise<Campaign[]> {
    if (reading?.since !== changes) {
      const mine = {
        since: changes,
        campaigns: read(changes).finally(() => reading === mine && (reading = undefined)),
      }
      reading = mine
    }
    return reading.campaigns
  }

  async function all(): Promise<Campaign[]> {
    if (seen && performance.now() - seen.at <= KNOWN_FOR_MS) return seen.campaigns
    return await afresh().catch((error: unknown) => {
      if (seen && isDatabaseAway(error)) return seen.campaigns
      throw error
    })
  }

  /** One that is not known yet may be new: it is looked for once more. */
  async function find(isWanted: (campaign: Campaign) => boolean): Promise<Campaign | undefined> {
    return (await all()).find(isWanted) ?? (await afresh()).find(isWanted)
  }

  return {
    known: (slug) => find((campaign) => campaign.slug === slug),
    byId: (id) => find((campaign) => campaign.id === id),
    async bySlug(slug) {
      const campaign = await find((one) => one.slug === slug && one.state !== 'draft')
      if (!campaign) throw new Refusal('unknown-campaign', 'There is no campaign of this name.')
      return campaign
    },
  }
}

/** When it makes sense to look again whether signing goes on. */
const PAUSED_SECONDS = 600

/** Tells every process that a campaign has changed; heard once the transaction commits. */
export async function announceCampaigns(db: DbOrTx): Promise<void> {
  await db.execute(sql`select pg_notify('campaigns', '')`)
}

/** Whether people can sign now: scheduled dates count. */
export function openness(campaign: Campaign, now: Date): 'upcoming' | 'open' | 'closed' {
  if (campaign.state === 'closed' || (campaign.closesAt && campaign.closesAt <= now)) return 'closed'
  if (campaign.state === 'draft' || (campaign.opensAt && campaign.opensAt > now)) return 'upcoming'
  return 'open'
}

/** @throws Refusal `campaign-not-open`, `campaign-closed`, `signing-paused` */
export function requireOpen(campaign: Campaign, now: Date): void {
  const is = openness(campaign, now)
  if (is === 'upcoming') throw new Refusal('campaign-not-open', 'This campaign has not opened yet.')
  if (is === 'closed')
    throw new Refusal('campaign-closed', 'This campaign has closed; it takes no more pledges.')
  if (campaign.switches.has('closed-signing')) {
    const detail = 'Signing is paused for the moment. Nothing was saved; please come back later.'
    throw new Refusal('signing-paused', detail, { retryAfter: PAUSED_SECONDS })
  }
}

/** Once its retention has ended, nothing answers any more for who signed. @throws Refusal `campaign-forgotten` */
export function requireRemembered(campaign: Pick<Campaign, 'forgottenAt'>): void {
  if (!campaign.forgottenAt) return
  throw new Refusal(
    'campaign-forgotten',
    'This drive is over. Who signed was forgotten as announced: nothing is held about you.',
  )
}

/** The wording in the first of these locales that the campaign has ("es-MX" finds "es"), or in its own. */
export function textIn(campaign: Campaign, wanted: readonly string[]): PledgeText {
  for (const locale of wanted) {
    const language = locale.split('-')[0]
    const found =
      campaign.texts.find((text) => text.locale === locale) ??
      campaign.texts.find((text) => text.locale === language)
    if (found) return found
  }
  const [first] = campaign.texts
  if (!first) throw new Error(`campaign ${campaign.id} has no text`)
  return first
}
