import type { Campaign } from '../campaigns/campaign.ts'
import type { TextName } from '../campaigns/texts.ts'
import type { Box, Sealing } from '../contacts/sealing.ts'
import type { Keys } from '../keys.ts'
import { hasSameTicks, type NamedText, showsSameText, textShown } from './choices.ts'
import { openContact, sealKept } from './contact.ts'
import type { Answer } from './contract.ts'
import { dayOf } from '../leaderboards/steps.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { listedName } from './name.ts'
import { holdsPlace, type PledgeState } from './states.ts'

/** One confirmation, by link or by code. */
export interface Confirming {
  key: PledgeKey
  /** The wording and the choices that the email listed: no others are kept. */
  choices: Buffer
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
  contact: Buffer | null
  display_name: string | null
  lists_name: boolean
  name_hidden: boolean
  wants_updates: boolean
  choices_hash: Buffer
  text_version: number
  locale: string
  exclusion_id: number | null
  campus_proven: boolean
  domain_digest: Buffer
  /** Of whoever takes in her domain's mail, as far as it was looked up. */
  host_digest: Buffer | null
  signals: string[]
}

/** What is written of a pledge at its confirmation; nothing else of its contact remains. */
export interface Kept {
  row: PledgeRow
  contact: Buffer | null
  displayName: string | null
  listedOn: string | null
  wantsUpdates: boolean
  listsName: boolean
  nameHidden: boolean
  clauses: number[]
  /** The wording that she read, in the email. */
  text: TextName
  /** Counted, and not written. */
  answers: Answer[]
  /** The contact, sealed to those she shares it with. */
  boxes: Box[]
  /** Pending still where another spelling has the mailbox's place already. */
  state: 'confirmed' | 'excluded' | 'pending'
  /** The exclusion that holds this mailbox. */
  exclusionId: number | null
}

interface Confirmable {
  confirmings: Confirming[]
  texts: NamedText[]
}

/**
 * Decides for each pending pledge that is confirmed; the first spelling of a mailbox takes its place. Where an exclusion
 * holds any spelling, also one that was taken back, the place is one of the excluded: all else is as for everybody.
 */
export function keepOf(keys: Keys, rows: PledgeRow[], { confirmings, texts }: Confirmable): Kept[] {
  const taken = new Set(rows.filter(({ state }) => holdsPlace(state)).map(mailboxOf))
  const held = new Map(rows.flatMap((row) => (row.exclusion_id ? [[mailboxOf(row), row.exclusion_id]] : [])))
  const hidden = new Set(rows.filter((row) => row.name_hidden).map(mailboxOf))
  const own = new Map(rows.map((row) => [nameOf(row), row]))
  const kept: Kept[] = []
  for (const { key, choices, sealing, campaign, at } of confirmings) {
    const row = own.get(keyName(key))
    if (row?.state !== 'pending') continue
    own.delete(keyName(key))
    const nameHidden = hidden.has(mailboxOf(row))
    if (taken.has(mailboxOf(row))) {
      kept.push({
        row,
        ...nothing,
        nameHidden,
        text: textOf(row),
        state: 'pending',
        exclusionId: row.exclusion_id,
      })
    } else {
      taken.add(mailboxOf(row))
      const exclusionId = held.get(mailboxOf(row)) ?? null
      kept.push(keepTicked(keys, row, { choices, sealing, campaign, at, texts, exclusionId, nameHidden }))
    }
  }
  return kept
}

/** Of a second spelling of the mailbox. */
const nothing = {
  contact: null,
  displayName: null,
  listedOn: null,
  wantsUpdates: false,
  listsName: false,
  clauses: [],
  answers: [],
  boxes: [],
}

interface Ticked extends Pick<Confirming, 'choices' | 'campaign' | 'at'> {
  sealing: Sealing | undefined
  texts: NamedText[]
  exclusionId: number | null
  nameHidden: boolean
}

/** Keeps the ticks only if they are those the email listed; somebody may have signed this address since. */
function keepTicked(keys: Keys, row: PledgeRow, ticked: Ticked): Kept {
  const { choices, sealing, campaign, at, texts, exclusionId, nameHidden } = ticked
  const isListed = hasSameTicks(row.choices_hash, choices)
  const listsName = isListed && row.lists_name && !nameHidden
  const wantsUpdates = isListed && row.wants_updates
  const key = keyOf(row)
  const contact = row.contact && isListed ? openContact(keys, key, row.contact) : undefined
  return {
    row,
    state: exclusionId === null ? 'confirmed' : 'excluded',
    exclusionId,
    listsName,
    nameHidden,
    wantsUpdates,
    displayName: listsName ? (contact?.name ? listedName(contact.name) : row.display_name) : null,
    listedOn: listsName ? dayOf(at) : null,
    contact: wantsUpdates && contact ? sealKept(campaign, key, contact) : null,
    clauses: contact?.clauses ?? [],
    text: readIn(keys, row, { choices, texts }),
    answers: contact?.answers ?? [],
    boxes: row.contact && isListed && sealing ? sealing(row.contact) : [],
  }
}

/** The wording that the email showed; an email from before emails named theirs stands for what the pledge has now. */
function readIn(keys: Keys, row: PledgeRow, { choices, texts }: Pick<Ticked, 'choices' | 'texts'>): TextName {
  const own = textOf(row)
  if (showsSameText(row.choices_hash, choices)) return own
  const ofCampaign = texts.filter(({ campaignId }) => campaignId === row.campaign_id)
  return textShown(keys, choices, ofCampaign) ?? own
}

function textOf({ locale, text_version: version }: PledgeRow): TextName {
  return { locale, version }
}

function keyOf(row: PledgeRow): PledgeKey {
  return { campaignId: row.campaign_id, emailDigest: row.email_digest, addressDigest: row.address_digest }
}

export function nameOf(row: PledgeRow): string {
  return keyName(keyOf(row))
}

function mailboxOf({ campaign_id, email_digest }: PledgeRow): string {
  return `${campaign_id} ${email_digest.toString('base64url')}`
}
