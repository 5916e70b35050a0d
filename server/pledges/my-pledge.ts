import { and, inArray } from 'drizzle-orm'
import { deleteBoxes } from '../contacts/sealed.ts'
import { linkGate } from '../captcha/gates.ts'
import { transaction, type Tx } from '../db/db.ts'
import { NO_CAMPUS, pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { dayOf } from '../leaderboards/steps.ts'
import { changeTallies } from '../leaderboards/tally.ts'
import { writeLetters } from '../mail/ledger.ts'
import { Refusal } from '../refusal.ts'
import { type Campaign, requireRemembered, textIn } from '../campaigns/campaign.ts'
import { checkedAddress } from './address.ts'
import { checkedClauses } from './asked.ts'
import { addressIn, sealContact, sealKept } from './contact.ts'
import type { MyPledge, MyPledgeChange, MyPledgeLinkRequest } from './contract.ts'
import {
  campaignOf,
  clausesPromised,
  contactWaiting,
  gone,
  type PledgeRow,
  requirePledge,
  showMyPledge,
} from './held.ts'
import { isPledge, pledgeKey, type PledgeKey } from './mailbox.ts'
import { checkedName, requireListedName } from './name.ts'
import { chosenCampus, requireLists } from './pledge.ts'
import { changeSharing, stillShared } from './sharing.ts'
import { leaves } from './states.ts'
import { readLink, readToken, signToken } from './token.ts'

/** Writes down a letter with the link, which goes if there is a pledge to show; the caller learns nothing either way. */
export async function askForMyPledgeLink(
  deps: Deps,
  { campaign: slug, email, locale, captcha }: MyPledgeLinkRequest,
) {
  const campaign = await deps.campaigns.bySlug(slug)
  requireRemembered(campaign)
  const address = checkedAddress(email)
  await deps.captcha.requireProof(linkGate(campaign), { captcha })
  const key = pledgeKey(campaign, address)
  const sealed = sealContact(deps.keys, key, { email: address.exact })
  const text = textIn(campaign, locale ? [locale] : [])
  await writeLetters(deps.db, [
    { template: 'my-pledge-link', ...key, sealed, locale: text.locale, askedAt: deps.now() },
  ])
}

/** Swaps the token of a mailed link for the value of a short-lived cookie. @throws Refusal */
export async function openMyPledge(deps: Deps, token: string): Promise<string> {
  const { key } = await readLink(deps, 'my-pledge', token)
  await requirePledge(deps, key)
  return signToken(deps, { purpose: 'session', key, now: deps.now() })
}

/** @throws Refusal `not-signed-in` where the cookie is missing, expired or not ours */
export function keyOfSession(deps: Deps, session: string | undefined): PledgeKey {
  try {
    return readToken(deps, 'session', session ?? '', deps.now()).key
  } catch {
    throw new Refusal('not-signed-in', 'Open the link from your email again; it lets you in for 15 minutes.')
  }
}

/** Changes what is named, and nothing else. @throws Refusal */
export async function changeMyPledge(deps: Deps, key: PledgeKey, change: MyPledgeChange): Promise<MyPledge> {
  const campaign = await campaignOf(deps, key)
  await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, key)
    if (row.state === 'withdrawn') throw new Refusal('pledge-withdrawn', 'This pledge was taken back.')
    const campusId = change.campus === undefined ? row.campusId : newCampus(deps, row, change.campus)
    const changed = {
      campusId,
      ...asked(deps, campaign, row, change),
      ...listing(deps, campaign, row, { ...change, isMoved: campusId !== row.campusId }),
      ...updates(deps, campaign, key, row, change),
    }
    await tx.update(pledges).set(changed).where(isPledge(key))
    const email = () => addressOf(deps, campaign, row, change)
    await changeSharing(tx, deps, { campaign, row, change, email })
    if (row.state === 'confirmed' && campusId !== row.campusId) await moveTally(tx, row, campusId)
  })
  return await showMyPledge(deps, key)
}

function newCampus(deps: Deps, row: PledgeRow, chosen: string): number | null {
  const campus = chosen === '' ? undefined : chosenCampus(deps.campuses, chosen)
  const campusId = campus?.id ?? null
  if (row.campusProven && campusId !== row.campusId) {
    throw new Refusal('campus-proven', 'Your email address shows this campus; it cannot be changed.', {
      field: 'campus',
    })
  }
  return campusId
}

/** What stands in columns once it is confirmed, and until then with the contact. */
function asked(
  { keys }: Deps,
  campaign: Campaign,
  row: PledgeRow,
  change: MyPledgeChange,
): Partial<PledgeRow> {
  const promised = clausesPromised(keys, row)
  const clauses = change.clauses ? checkedClauses(campaign, change.clauses, promised) : promised
  if (row.confirmedAt) return { clauses }
  const waiting = contactWaiting(keys, row)
  if (!waiting || !(change.clauses || change.shareWith)) return {}
  const shareWith = stillShared(campaign, waiting.shareWith, change)
  return { contact: sealContact(keys, row, { ...waiting, clauses, shareWith }) }
}

interface Listing extends MyPledgeChange {
  /** Whether the campus changes. */
  isMoved: boolean
}

/** A name appears on the day after it comes to the list of a campus, and leaves at once. */
function listing(
  { now }: Deps,
  campaign: Campaign,
  row: PledgeRow,
  { display, name: typed, isMoved }: Listing,
): Partial<PledgeRow> {
  const listedOn = row.confirmedAt && dayOf(now())
  if (display === undefined) return isMoved && row.displayName ? { listedOn } : {}
  if (!display) return { listsName: false, displayName: null, listedOn: null }
  requireLists(campaign)
  if (row.nameHidden)
    throw new Refusal('name-hidden', 'The organizers took this name off the list.', { field: 'display' })
  const name = checkedName(typed)
  if (!name && row.listsName) return isMoved && row.displayName ? { listedOn } : {}
  const displayName = requireListedName(name)
  return displayName === row.displayName && !isMoved ? {} : { listsName: true, displayName, listedOn }
}

function updates(
  deps: Deps,
  campaign: Campaign,
  key: PledgeKey,
  row: PledgeRow,
  change: MyPledgeChange,
): Partial<PledgeRow> {
  if (change.updates === undefined) return {}
  if (!change.updates) return { wantsUpdates: false, ...(row.confirmedAt && { contact: null }) }
  if (row.contact) return { wantsUpdates: true }
  if (campaign.contactMode === 'count-only') {
    throw new Refusal('contact-not-offered', 'This campaign keeps no addresses.', { field: 'updates' })
  }
  const contact = { email: sameAddress(campaign, key, change) }
  return {
    wantsUpdates: true,
    contact: row.confirmedAt ? sealKept(campaign, key, contact) : sealContact(deps.keys, key, contact),
  }
}

function addressOf({ keys }: Deps, campaign: Campaign, row: PledgeRow, change: MyPledgeChange): string {
  return row.contact ? addressIn(keys, campaign, row, row.contact) : sameAddress(campaign, row, change)
}

/** The address was erased on confirmation; whoever wants to be written to, or shares it, types it again. */
function sameAddress(campaign: Campaign, key: PledgeKey, { email = '' }: MyPledgeChange): string {
  const address = checkedAddress(email)
  if (pledgeKey(campaign, address).addressDigest.equals(key.addressDigest)) return address.exact
  throw new Refusal('email-mismatch', 'Type the address that you pledged with.', { field: 'email' })
}

async function moveTally(tx: Tx, { campaignId, campusId }: PledgeRow, to: number | null): Promise<void> {
  await changeTallies(tx, [
    { campaignId, campusId: campusId ?? NO_CAMPUS, by: -1 },
    { campaignId, campusId: to ?? NO_CAMPUS, by: 1 },
  ])
}

/** Takes a pledge back: it no longer counts, and its contact and name are erased. Doing it again changes nothing. */
export async function withdrawPledge(deps: Deps, key: PledgeKey): Promise<MyPledge> {
  await campaignOf(deps, key)
  await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, key)
    if (row.state === 'pending')
      throw new Refusal('invalid-request', 'This pledge is not confirmed; erase it instead.')
    const forgotten = {
      contact: null,
      displayName: null,
      listedOn: null,
      listsName: false,
      wantsUpdates: false,
      clauses: [],
    }
    await tx
      .update(pledges)
      .set({ state: 'withdrawn', withdrawnAt: deps.now(), ...forgotten })
      .where(and(isPledge(key), inArray(pledges.state, [...leaves.withdrawal])))
    await deleteBoxes(tx, key)
    await uncount(tx, row)
  })
  return await showMyPledge(deps, key)
}

/**
 * Erases everything about a pledge. Tries at its codes are forgotten within a week, as for any address: a guesser must
 * not learn from them that something was erased.
 */
export async function erasePledge(deps: Deps, key: PledgeKey): Promise<void> {
  await campaignOf(deps, key)
  await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, key)
    await tx.delete(pledges).where(isPledge(key))
    await uncount(tx, row)
  })
}

async function uncount(tx: Tx, { state, campaignId, campusId }: PledgeRow): Promise<void> {
  if (state === 'confirmed')
    await changeTallies(tx, [{ campaignId, campusId: campusId ?? NO_CAMPUS, by: -1 }])
}

async function lockPledge(tx: Tx, key: PledgeKey): Promise<PledgeRow> {
  const [row] = await tx.select().from(pledges).where(isPledge(key)).for('update')
  return row ?? gone()
}
