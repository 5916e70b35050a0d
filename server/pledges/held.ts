import { type Campaign, requireRemembered } from '../campaigns/campaign.ts'
import { signedText } from '../campaigns/texts.ts'
import type { Clause } from '../campaigns/reading.ts'
import { findClauses, findQuestions, wordsIn } from '../campaigns/said.ts'
import { pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import { type Contact, isLost, openContact } from './contact.ts'
import type { MyPledge } from './contract.ts'
import { listedName } from './name.ts'
import { isPledge, type PledgeKey } from './mailbox.ts'
import { showSharing } from './sharing.ts'

export type PledgeRow = typeof pledges.$inferSelect

/** All that is held about a pledge. */
export async function showMyPledge(deps: Deps, key: PledgeKey): Promise<MyPledge> {
  const row = await requirePledge(deps, key)
  const campaign = await campaignOf(deps, row)
  const text = await signedText(deps.db, campaign, { locale: row.locale, version: row.textVersion })
  const displayName = displayNameOf(deps.keys, row)
  const campus = row.campusId === null ? undefined : deps.campuses.byId(row.campusId)
  return {
    campaign: {
      slug: campaign.slug,
      title: text.title,
      text: text.body,
      asks: campaign.questions.length > 0,
    },
    state: stateShown(row),
    ...(campus && { campus: { campus: campus.domain, name: campus.name, proven: row.campusProven } }),
    ...(row.affiliation && { affiliation: row.affiliation }),
    updates: row.wantsUpdates,
    display: row.listsName,
    listing: listingOf(campaign, row),
    ...(displayName && { displayName }),
    clauses: await clausesShown(deps, campaign, row),
    answers: await answersShown(deps, campaign, row),
    sharing: await showSharing(deps, campaign, row),
    holdsAddress: row.contact !== null,
    textVersion: row.textVersion,
    locale: row.locale,
    ...(row.source && { source: row.source }),
    signedAt: row.signedAt.toISOString(),
    ...(row.confirmedAt && { confirmedAt: row.confirmedAt.toISOString() }),
    ...(row.withdrawnAt && { withdrawnAt: row.withdrawnAt.toISOString() }),
  }
}

function listingOf({ contactMode }: Campaign, { nameHidden }: PledgeRow): MyPledge['listing'] {
  if (contactMode === 'count-only') return 'not-offered'
  return nameHidden ? 'hidden' : 'offered'
}

/** As it is listed, or will be once the pledge is confirmed. */
function displayNameOf(keys: Keys, row: PledgeRow): string | undefined {
  const waiting = row.listsName ? contactWaiting(keys, row)?.name : undefined
  return waiting ? listedName(waiting) : (row.displayName ?? undefined)
}

/** What waits with a pledge that is not confirmed; afterwards the columns hold what was kept of it. */
export function contactWaiting(keys: Keys, row: PledgeRow): Contact | undefined {
  if (row.confirmedAt !== null || !row.contact || isLost(keys, row.contact)) return undefined
  return openContact(keys, row, row.contact)
}

/** By id; those of a pledge that waits are sealed with its contact. */
export function clausesPromised(keys: Keys, row: PledgeRow): number[] {
  return row.confirmedAt === null ? (contactWaiting(keys, row)?.clauses ?? []) : row.clauses
}

/** Those she promised, in the words they had, and those she still can. */
async function clausesShown(
  { db, keys }: Deps,
  campaign: Campaign,
  row: PledgeRow,
): Promise<MyPledge['clauses']> {
  const promised = await findClauses(db, clausesPromised(keys, row))
  const isPromised = ({ id }: Clause) => promised.some((one) => one.id === id)
  const offered = row.state === 'withdrawn' ? [] : campaign.clauses
  const retired = promised.filter(({ id }) => !offered.some((one) => one.id === id))
  return [...offered, ...retired].map((clause) => ({
    id: clause.id,
    words: wordsIn(clause.words, row.locale, campaign),
    promised: isPromised(clause),
  }))
}

async function answersShown(
  { db, keys }: Deps,
  campaign: Campaign,
  row: PledgeRow,
): Promise<MyPledge['answers']> {
  const answers = contactWaiting(keys, row)?.answers ?? []
  const questions = await findQuestions(
    db,
    answers.map(({ question }) => question),
  )
  return answers.flatMap(({ question, option }) => {
    const asked = questions.find(({ id }) => id === question)
    const chosen = asked?.options.find(({ number }) => number === option)
    if (!asked || !chosen) return []
    return [
      {
        question: wordsIn(asked.words, row.locale, campaign),
        answer: wordsIn(chosen.words, row.locale, campaign),
      },
    ]
  })
}

/** An excluded signer sees nothing different. */
function stateShown({ state }: PledgeRow): MyPledge['state'] {
  return state === 'excluded' ? 'confirmed' : state
}

/** @throws Refusal `token-expired` where it is gone, `campaign-forgotten` */
export async function requirePledge(deps: Deps, key: PledgeKey): Promise<PledgeRow> {
  await campaignOf(deps, key)
  const [row] = await deps.db.select().from(pledges).where(isPledge(key))
  return row ?? gone()
}

/** @throws Refusal `token-expired` where it is gone, `campaign-forgotten` */
export async function campaignOf(deps: Deps, { campaignId }: PledgeKey): Promise<Campaign> {
  const campaign = (await deps.campaigns.byId(campaignId)) ?? gone()
  requireRemembered(campaign)
  return campaign
}

export function gone(): never {
  throw new Refusal('token-expired', 'There is no such pledge any more: everything about it was erased.')
}
