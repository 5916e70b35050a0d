import { randomUUID } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import { deleteBoxes } from '../contacts/sealed.ts'
import { linkGate } from '../captcha/gates.ts'
import { transaction, type Tx } from '../db/db.ts'
import { NO_CAMPUS, pledges, signings } from '../db/schema.ts'
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
import { campaignOf, findOwnPledge, lockPledge, notSignedIn, type OwnPledge, showMyPledge } from './held.ts'
import { isPledge, pledgeKey, type PledgeKey } from './mailbox.ts'
import { checkedName, requireListedName } from './name.ts'
import { chosenCampus, requireLists } from './pledge.ts'
import { changeSharing, stillShared } from './sharing.ts'
import { holdsPlace, leaves } from './states.ts'
import { readLink, readToken, signToken, type Ticket } from './token.ts'
import { endSignings, isSigning, sealSigning, type WaitingSigning } from './waiting-signing.ts'

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
  const ticket = await readLink(deps, 'my-pledge', token)
  await campaignOf(deps, ticket.key)
  if (await findOwnPledge(deps.db, deps.keys, ticket)) return sessionFor(deps, ticket)
  throw new Refusal('token-expired', 'This pledge was erased or taken back since this link was sent.')
}

function sessionFor(deps: Deps, { key, signingId }: Ticket): string {
  return signToken(deps, { purpose: 'session', key, signingId, now: deps.now() })
}

/** @throws Refusal `not-signed-in` where the cookie is missing, expired or not ours */
export function readSession(deps: Deps, session: string | undefined): Ticket {
  try {
    return readToken(deps, 'session', session ?? '', deps.now())
  } catch {
    return notSignedIn()
  }
}

/** Changes what is named, and nothing else. @throws Refusal */
export async function changeMyPledge(deps: Deps, ticket: Ticket, change: MyPledgeChange): Promise<MyPledge> {
  const campaign = await campaignOf(deps, ticket.key)
  await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, deps.keys, ticket)
    if (row.state === 'withdrawn') throw new Refusal('pledge-withdrawn', 'This pledge was taken back.')
    const asked = { campaign, row, change }
    await (row.waiting ? changeWaiting(tx, deps, asked, row.waiting) : changeKept(tx, deps, asked))
  })
  return await showMyPledge(deps, ticket)
}

interface Asked {
  campaign: Campaign
  row: OwnPledge
  change: MyPledgeChange
}

/** Changes what waits for its confirmation, and what the pledge shows of it where no other signing came later. */
async function changeWaiting(tx: Tx, deps: Deps, asked: Asked, waiting: WaitingSigning): Promise<void> {
  const { campaign, row, change } = asked
  const shareWith = stillShared(campaign, waiting.shareWith, change)
  const listsName = change.display ?? waiting.listsName
  const name = (change.display && checkedName(change.name)) || waiting.name
  if (change.display) requireListable(campaign, row)
  if (listsName) requireListedName(name ?? undefined)
  if (change.updates && !waiting.wantsUpdates) requireContactable(campaign)
  const changed = {
    campusId: campusAfter(deps, asked),
    listsName,
    wantsUpdates: change.updates ?? waiting.wantsUpdates,
  }
  const sealed = sealSigning(
    deps.keys,
    { key: row, signingId: row.signingId },
    {
      ...waiting,
      ...changed,
      name: listsName || shareWith.length > 0 ? name : null,
      clauses: change.clauses ? checkedClauses(campaign, change.clauses, waiting.clauses) : waiting.clauses,
      shareWith,
    },
  )
  await tx
    .update(signings)
    .set({ sealed })
    .where(isSigning({ key: row, signingId: row.signingId }))
  await tx
    .update(pledges)
    .set(changed)
    .where(and(isPledge(row), eq(pledges.signingId, row.signingId)))
}

async function changeKept(tx: Tx, deps: Deps, asked: Asked): Promise<void> {
  const { campaign, row, change } = asked
  const campusId = campusAfter(deps, asked)
  const changed = {
    campusId,
    ...(change.clauses && { clauses: checkedClauses(campaign, change.clauses, row.clauses) }),
    ...listing(deps, campaign, row, { ...change, isMoved: campusId !== row.campusId }),
    ...updates(campaign, row, change),
  }
  await tx.update(pledges).set(changed).where(isPledge(row))
  const email = () => addressOf(deps, campaign, row, change)
  await changeSharing(tx, deps, { campaign, row, change, email })
  if (row.state === 'confirmed' && campusId !== row.campusId) await moveTally(tx, row, campusId)
}

function campusAfter(deps: Deps, { row, change }: Asked): number | null {
  return change.campus === undefined ? row.campusId : newCampus(deps, row, change.campus)
}

function newCampus(deps: Deps, row: OwnPledge, chosen: string): number | null {
  const campus = chosen === '' ? undefined : chosenCampus(deps.campuses, chosen)
  const campusId = campus?.id ?? null
  if (row.campusProven && campusId !== row.campusId) {
    throw new Refusal('campus-proven', 'Your email address shows this campus; it cannot be changed.', {
      field: 'campus',
    })
  }
  return campusId
}

interface Listing extends MyPledgeChange {
  /** Whether the campus changes. */
  isMoved: boolean
}

/** A name appears on the day after it comes to the list of a campus, and leaves at once. */
function listing(
  { now }: Deps,
  campaign: Campaign,
  row: OwnPledge,
  { display, name: typed, isMoved }: Listing,
): Partial<OwnPledge> {
  const listedOn = dayOf(now())
  if (display === undefined) return isMoved && row.displayName ? { listedOn } : {}
  if (!display) return { listsName: false, displayName: null, listedOn: null }
  requireListable(campaign, row)
  const name = checkedName(typed)
  if (!name && row.listsName) return isMoved && row.displayName ? { listedOn } : {}
  const displayName = requireListedName(name)
  return displayName === row.displayName && !isMoved ? {} : { listsName: true, displayName, listedOn }
}

/** @throws Refusal `contact-not-offered`, `name-hidden` */
function requireListable(campaign: Campaign, { nameHidden }: OwnPledge): void {
  requireLists(campaign)
  if (!nameHidden) return
  throw new Refusal('name-hidden', 'The organizers took this name off the list.', { field: 'display' })
}

function updates(campaign: Campaign, row: OwnPledge, change: MyPledgeChange): Partial<OwnPledge> {
  if (change.updates === undefined) return {}
  if (!change.updates) return { wantsUpdates: false, contact: null }
  if (row.contact) return { wantsUpdates: true }
  requireContactable(campaign)
  const contact = { email: sameAddress(campaign, row, change) }
  return { wantsUpdates: true, contact: sealKept(campaign, row, contact) }
}

/** @throws Refusal `contact-not-offered` */
function requireContactable({ contactMode }: Campaign): void {
  if (contactMode !== 'count-only') return
  throw new Refusal('contact-not-offered', 'This campaign keeps no addresses.', { field: 'updates' })
}

function addressOf({ keys }: Deps, campaign: Campaign, row: OwnPledge, change: MyPledgeChange): string {
  return row.contact ? addressIn(keys, campaign, row, row.contact) : sameAddress(campaign, row, change)
}

/** The address was erased on confirmation; whoever wants to be written to, or shares it, types it again. */
function sameAddress(campaign: Campaign, key: PledgeKey, { email = '' }: MyPledgeChange): string {
  const address = checkedAddress(email)
  if (pledgeKey(campaign, address).addressDigest.equals(key.addressDigest)) return address.exact
  throw new Refusal('email-mismatch', 'Type the address that you pledged with.', { field: 'email' })
}

async function moveTally(tx: Tx, { campaignId, campusId }: OwnPledge, to: number | null): Promise<void> {
  await changeTallies(tx, [
    { campaignId, campusId: campusId ?? NO_CAMPUS, by: -1 },
    { campaignId, campusId: to ?? NO_CAMPUS, by: 1 },
  ])
}

/**
 * Takes a pledge back: it no longer counts, its contact and name are erased, and every link, code and session from before
 * ends. Doing it again changes nothing.
 * @returns the pledge, and the value of a fresh cookie for the browser that took it back
 */
export async function withdrawPledge(
  deps: Deps,
  ticket: Ticket,
): Promise<{ pledge: MyPledge; session: string }> {
  await campaignOf(deps, ticket.key)
  const signingId = await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, deps.keys, ticket)
    if (row.state === 'pending')
      throw new Refusal('invalid-request', 'This pledge is not confirmed; erase it instead.')
    if (row.state === 'withdrawn') return row.signingId
    const fresh = randomUUID()
    const erased = {
      contact: null,
      displayName: null,
      listedOn: null,
      listsName: false,
      wantsUpdates: false,
      clauses: [],
    }
    await tx
      .update(pledges)
      .set({ state: 'withdrawn', withdrawnAt: deps.now(), signingId: fresh, ...erased })
      .where(and(isPledge(row), inArray(pledges.state, [...leaves.withdrawal])))
    await deleteBoxes(tx, row)
    await endSignings(tx, row)
    await uncount(tx, row)
    return fresh
  })
  const own = { key: ticket.key, signingId }
  return { pledge: await showMyPledge(deps, own), session: sessionFor(deps, own) }
}

/**
 * Erases everything about a pledge. Tries at its codes are forgotten within a week, as for any address: a guesser must
 * not learn from them that something was erased.
 */
export async function erasePledge(deps: Deps, ticket: Ticket): Promise<void> {
  await campaignOf(deps, ticket.key)
  await transaction(deps.db, async (tx) => {
    const row = await lockPledge(tx, deps.keys, ticket)
    await tx.delete(pledges).where(isPledge(row))
    // Other spellings that wait may be somebody else's, unless this one stood for all of them.
    if (holdsPlace(row.state)) await endSignings(tx, row)
    await uncount(tx, row)
  })
}

async function uncount(tx: Tx, { state, campaignId, campusId }: OwnPledge): Promise<void> {
  if (state === 'confirmed')
    await changeTallies(tx, [{ campaignId, campusId: campusId ?? NO_CAMPUS, by: -1 }])
}
