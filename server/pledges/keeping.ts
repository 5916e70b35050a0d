import { randomUUID } from 'node:crypto'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Affiliation } from '../campaigns/contract.ts'
import type { Box, Sealing } from '../contacts/sealing.ts'
import type { Keys } from '../keys.ts'
import { sealKept } from './contact.ts'
import type { Answer } from './contract.ts'
import { dayOf } from '../leaderboards/steps.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { listedName } from './name.ts'
import { holdsPlace, type PledgeState } from './states.ts'
import type { Ticket } from './token.ts'
import { openSigning, type WaitingSigning } from './waiting-signing.ts'

/** One confirmation, by link or by code. */
export interface Confirming extends Ticket {
  /** Where a page of ours repeats in words whom the contact is shared with: by the link. A code shares nothing. */
  sealing?: Sealing
  /** Under whose key an address is kept. */
  campaign: Pick<Campaign, 'digestKey'>
  at: Date
}

export interface PledgeRow extends Record<string, unknown> {
  campaign_id: number
  email_digest: Buffer
  address_digest: Buffer
  state: PledgeState
  campus_id: number | null
  campus_proven: boolean
  name_hidden: boolean
  signing_id: string
  exclusion_id: number | null
  domain_digest: Buffer
  /** Of whoever takes in her domain's mail, as far as it was looked up. */
  host_digest: Buffer | null
  signals: string[]
}

/** What is sealed of the acts of signing that are confirmed, by their names; null of one whose pledge was confirmed before. */
export type SealedSignings = Map<string, Buffer | null>

export function ticketName({ key, signingId }: Ticket): string {
  return `${keyName(key)} ${signingId}`
}

/** A pledge that is confirmed now, with the act of signing that its email was about. */
export interface Signed {
  /** As that act of signing has it. */
  row: PledgeRow
  confirming: Confirming
  sealed: Buffer
  says: WaitingSigning
}

/** What is written of a pledge at its confirmation; nothing else of its signings remains. */
export interface Kept {
  row: PledgeRow
  /** Random from now on: the id that its email carries does not stay with the pledge. */
  signingId: string
  campusId: number | null
  campusProven: boolean
  affiliation: Affiliation | null
  source: string | null
  contact: Buffer | null
  displayName: string | null
  listedOn: string | null
  wantsUpdates: boolean
  listsName: boolean
  nameHidden: boolean
  clauses: number[]
  textVersion: number
  locale: string
  signals: string[]
  /** Counted, and not written. */
  answers: Answer[]
  /** The contact, sealed to those it is shared with. */
  boxes: Box[]
  /** Pending still where another spelling has the mailbox's place already. */
  state: 'confirmed' | 'excluded' | 'pending'
  /** The exclusion that holds this mailbox. */
  exclusionId: number | null
}

/** Of several links or codes of one pledge the first decides; the others find it confirmed. */
export function signedOf(
  keys: Keys,
  spellings: PledgeRow[],
  { confirmings, sealed }: { confirmings: Confirming[]; sealed: SealedSignings },
): Signed[] {
  const waiting = new Map(
    spellings.filter(({ state }) => state === 'pending').map((row) => [nameOf(row), row]),
  )
  return confirmings.flatMap((confirming) => {
    const row = waiting.get(keyName(confirming.key))
    const own = sealed.get(ticketName(confirming))
    const says = row && own && openSigning(keys, confirming, own)
    if (!says) return []
    waiting.delete(keyName(confirming.key))
    return [{ row: asSigned(row, confirming, says), confirming, sealed: own, says }]
  })
}

/** What was marked since belongs to the signing that the pledge showed. */
function asSigned(row: PledgeRow, { signingId }: Confirming, says: WaitingSigning): PledgeRow {
  const signals = row.signing_id === signingId ? row.signals : says.signals
  return { ...row, campus_id: says.campusId, campus_proven: says.campusProven, signals }
}

/**
 * Decides for each pledge that is confirmed; the first spelling of a mailbox takes its place. Where an exclusion holds
 * any spelling, also one that was taken back, the place is one of the excluded: all else is as for everybody.
 */
export function keepOf(spellings: PledgeRow[], signed: Signed[]): Kept[] {
  const taken = new Set(spellings.filter(({ state }) => holdsPlace(state)).map(mailboxOf))
  const rows = [...spellings, ...signed.map(({ row }) => row)]
  const held = new Map(rows.flatMap((row) => (row.exclusion_id ? [[mailboxOf(row), row.exclusion_id]] : [])))
  const hidden = new Set(rows.filter((row) => row.name_hidden).map(mailboxOf))
  return signed.map((one) => {
    const mailbox = mailboxOf(one.row)
    const nameHidden = hidden.has(mailbox)
    if (taken.has(mailbox)) return { ...passedOver(one), nameHidden }
    taken.add(mailbox)
    return keepSigned(one, { exclusionId: held.get(mailbox) ?? null, nameHidden })
  })
}

/** A second spelling of the mailbox: it goes on waiting, and keeps nothing. */
function passedOver({ row, says }: Signed): Omit<Kept, 'nameHidden'> {
  return {
    ...plainly(row, says),
    row,
    signingId: row.signing_id,
    contact: null,
    displayName: null,
    listedOn: null,
    wantsUpdates: false,
    listsName: false,
    clauses: [],
    answers: [],
    boxes: [],
    state: 'pending',
    exclusionId: row.exclusion_id,
  }
}

function keepSigned(
  { row, confirming, sealed, says }: Signed,
  { exclusionId, nameHidden }: Pick<Kept, 'exclusionId' | 'nameHidden'>,
): Kept {
  const { campaign, key, sealing, at } = confirming
  const { wantsUpdates, clauses, answers } = says
  const listsName = says.listsName && !nameHidden
  return {
    ...plainly(row, says),
    row,
    signingId: randomUUID(),
    state: exclusionId === null ? 'confirmed' : 'excluded',
    exclusionId,
    listsName,
    nameHidden,
    wantsUpdates,
    displayName: listsName && says.name ? listedName(says.name) : null,
    listedOn: listsName ? dayOf(at) : null,
    contact: wantsUpdates ? sealKept(campaign, key, says) : null,
    clauses,
    answers,
    boxes: sealing ? sealing(sealed) : [],
  }
}

/** What tells nobody who signed. */
function plainly({ signals }: PledgeRow, says: WaitingSigning) {
  const { campusId, campusProven, affiliation, source, textVersion, locale } = says
  return { campusId, campusProven, affiliation, source, textVersion, locale, signals }
}

export function keyOfRow(row: Pick<PledgeRow, 'campaign_id' | 'email_digest' | 'address_digest'>): PledgeKey {
  return { campaignId: row.campaign_id, emailDigest: row.email_digest, addressDigest: row.address_digest }
}

export function nameOf(row: PledgeRow): string {
  return keyName(keyOfRow(row))
}

function mailboxOf({ campaign_id, email_digest }: PledgeRow): string {
  return `${campaign_id} ${email_digest.toString('base64url')}`
}
