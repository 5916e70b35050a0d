import { type Campaign, requireRemembered } from '../campaigns/campaign.ts'
import { signedText } from '../campaigns/texts.ts'
import type { Clause } from '../campaigns/reading.ts'
import { findClauses, findQuestions, wordsIn } from '../campaigns/said.ts'
import type { DbOrTx, Tx } from '../db/db.ts'
import { pledges, signings } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { Refusal } from '../refusal.ts'
import type { MyPledge } from './contract.ts'
import { listedName } from './name.ts'
import { isPledge, type PledgeKey } from './mailbox.ts'
import { showSharing } from './sharing.ts'
import type { Ticket } from './token.ts'
import { isSigning, openSigning, type WaitingSigning } from './waiting-signing.ts'

type PledgeRow = typeof pledges.$inferSelect

/** A pledge as the signer sees it who holds one of its links. */
export interface OwnPledge extends PledgeRow {
  /** While it waits: what the act of signing says that the link belongs to. */
  waiting?: WaitingSigning
}

/** All that is held about a pledge. */
export async function showMyPledge(deps: Deps, ticket: Ticket): Promise<MyPledge> {
  const campaign = await campaignOf(deps, ticket.key)
  const row = (await findOwnPledge(deps.db, deps.keys, ticket)) ?? notSignedIn()
  const text = await signedText(deps.db, campaign, { locale: row.locale, version: row.textVersion })
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
    ...(row.displayName && { displayName: row.displayName }),
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

/** By id. */
export function clausesPromised({ waiting, clauses }: OwnPledge): number[] {
  return waiting?.clauses ?? clauses
}

/** Those she promised, in the words they had, and those she still can. */
async function clausesShown({ db }: Deps, campaign: Campaign, row: OwnPledge): Promise<MyPledge['clauses']> {
  const promised = await findClauses(db, clausesPromised(row))
  const isPromised = ({ id }: Clause) => promised.some((one) => one.id === id)
  const offered = row.state === 'withdrawn' ? [] : campaign.clauses
  const retired = promised.filter(({ id }) => !offered.some((one) => one.id === id))
  return [...offered, ...retired].map((clause) => ({
    id: clause.id,
    words: wordsIn(clause.words, row.locale, campaign),
    promised: isPromised(clause),
  }))
}

async function answersShown({ db }: Deps, campaign: Campaign, row: OwnPledge): Promise<MyPledge['answers']> {
  const answers = row.waiting?.answers ?? []
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

/** The pledge of a link or session, for as long as its act of signing is one of the pledge's. */
export async function findOwnPledge(db: DbOrTx, keys: Keys, ticket: Ticket): Promise<OwnPledge | undefined> {
  const [row] = await db.select().from(pledges).where(isPledge(ticket.key))
  return row && (await ownPledge(db, keys, ticket, row))
}

/** The same, locked. @throws Refusal `not-signed-in` */
export async function lockPledge(tx: Tx, keys: Keys, ticket: Ticket): Promise<OwnPledge> {
  const [row] = await tx.select().from(pledges).where(isPledge(ticket.key)).for('update')
  return (row && (await ownPledge(tx, keys, ticket, row))) ?? notSignedIn()
}

async function ownPledge(
  db: DbOrTx,
  keys: Keys,
  ticket: Ticket,
  row: PledgeRow,
): Promise<OwnPledge | undefined> {
  const [signing] = await db.select().from(signings).where(isSigning(ticket))
  if (!signing) return row.signingId === ticket.signingId ? row : undefined
  const waiting = row.state === 'pending' && openSigning(keys, ticket, signing.sealed)
  return waiting ? asSigned(row, { ...signing, waiting }) : row
}

/** Another act of signing may have come later, whose choices the row shows. */
export function asSigned(
  row: PledgeRow,
  { signingId, signedAt, waiting }: { signingId: string; signedAt: Date; waiting: WaitingSigning },
): OwnPledge {
  const { campusId, campusProven, affiliation, listsName, wantsUpdates, textVersion, locale, source } =
    waiting
  const plain = { campusId, campusProven, affiliation, listsName, wantsUpdates, textVersion, locale, source }
  const shown = listsName && waiting.name ? listedName(waiting.name) : null
  return { ...row, ...plain, displayName: shown, signingId, signedAt, waiting }
}

/** @throws Refusal `token-expired` where it is gone, `campaign-forgotten` */
export async function campaignOf(deps: Deps, { campaignId }: PledgeKey): Promise<Campaign> {
  const campaign = (await deps.campaigns.byId(campaignId)) ?? gone()
  requireRemembered(campaign)
  return campaign
}

function gone(): never {
  throw new Refusal('token-expired', 'There is no such pledge any more: everything about it was erased.')
}

/** Also where the pledge was erased or taken back since the session began. */
export function notSignedIn(): never {
  throw new Refusal('not-signed-in', 'Open the link from your email again; it lets you in for 15 minutes.')
}
