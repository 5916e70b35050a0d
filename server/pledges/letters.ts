import type { EmailName, EmailValues } from '../../emails/emails.ts'
import { type Campaign, openness, textIn } from '../campaigns/campaign.ts'
import { campaignLetter } from '../campaigns/letter.ts'
import type { Clause } from '../campaigns/reading.ts'
import { findClauses, wordsIn } from '../campaigns/said.ts'
import { signedText } from '../campaigns/texts.ts'
import type { Deps } from '../deps.ts'
import type { Addressed, Compose } from '../mail/addressed.ts'
import type { LedgerLetter } from '../mail/ledger.ts'
import { stopUrl } from '../mail/stop-link.ts'
import { checkedAddress } from './address.ts'
import { sixDigitCode } from './code.ts'
import { addressIn, isLost, type NamedKey } from './contact.ts'
import { findPledges } from './found.ts'
import { clausesPromised, contactWaiting, type PledgeRow } from './held.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { listed } from './sharing.ts'
import { signToken } from './token.ts'

const CONFIRM_DAYS = 7
const MY_PLEDGE_HOURS = 24
const DAY_MS = 86_400_000

/** A letter to a signer, with the pledge it is about. */
interface Asked {
  campaign: Campaign
  row: PledgeRow
  letter: LedgerLetter
  to: string
  /** What the link would keep on top of the pledge, by id. */
  clauses: number[]
  shareWith: NamedKey[]
}

/** After signing: asks the mailbox to confirm, or tells it that it has pledged already. */
export const composePledgeLetters: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters)
  const worded = await wordsOf(deps, found)
  return found.map((asked) => asked && pledgeLetter(deps, asked, worded))
}

/** The link to all that is held; a pledge that waits for its confirmation gets that email again. */
export const composeMyPledgeLinks: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters)
  const worded = await wordsOf(deps, found)
  return found.map(
    (asked) =>
      asked &&
      (asked.row.state === 'pending' ? confirmation(deps, asked, worded) : myPledgeLink(deps, asked)),
  )
}

/** Once more what the first email said, for whoever signed and may have overlooked or lost it. */
export const composeReminders: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters)
  const worded = await wordsOf(deps, found)
  return found.map((asked) => asked && reminderLetter(deps, asked, worded))
}

function pledgeLetter(deps: Deps, asked: Asked, worded: Worded): Addressed | undefined {
  const { row, letter } = asked
  if (row.confirmedAt) return alreadyPledged(deps, asked, row.confirmedAt)
  // Whoever signed again meanwhile gets the newer letter alone.
  if (row.state === 'pending' && letter.askedAt < row.signedAt) return undefined
  return confirmation(deps, asked, worded)
}

/** Not to whom it came too late: she confirmed meanwhile, or signed anew, or it takes no more signatures. */
function reminderLetter(deps: Deps, asked: Asked, worded: Worded): Addressed | undefined {
  const { campaign, row, letter } = asked
  const isTooLate = row.state !== 'pending' || letter.askedAt < row.signedAt
  if (isTooLate || row.exclusionId !== null || openness(campaign, deps.now()) !== 'open') return undefined
  const { locale, values } = confirmationOf(deps, asked, worded)
  const age = (deps.now().getTime() - row.signedAt.getTime()) / DAY_MS
  const expiresInDays = Math.max(1, Math.floor(CONFIRM_DAYS - age))
  return capped(addressed(asked, 'reminder', locale, { ...values, expiresInDays }))
}

function confirmation(deps: Deps, asked: Asked, worded: Worded): Addressed {
  const { locale, values } = confirmationOf(deps, asked, worded)
  return capped(addressed(asked, 'confirm', locale, values))
}

/** The link and the code are good whichever of the emails they are taken from. */
function confirmationOf(deps: Deps, { campaign, row, to, clauses, shareWith }: Asked, worded: Worded) {
  const text = worded.text(row)
  const values = {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    pledgeText: text.body,
    confirmUrl: `${deps.publicUrl}/confirm/${confirmToken(deps, row)}?locale=${text.locale}`,
    code: sixDigitCode(deps.keys, row, row.codeNonce, row.choicesHash),
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    ticks: {
      listsName: row.listsName,
      wantsUpdates: row.wantsUpdates,
      clauses: worded.clauses(clauses).map(({ words }) => wordsIn(words, text.locale, campaign)),
      sharedWith: listed(campaign, shareWith, deps.now()),
    },
    expiresInDays: CONFIRM_DAYS,
    stopUrl: stopUrl(deps, to, text.locale),
  }
  return { locale: text.locale, values }
}

function myPledgeLink(deps: Deps, asked: Asked): Addressed {
  const { campaign, row, letter, to } = asked
  const text = textIn(campaign, [letter.locale])
  const values = {
    campaignTitle: text.title,
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    validHours: MY_PLEDGE_HOURS,
    stopUrl: stopUrl(deps, to, text.locale),
  }
  return capped(addressed(asked, 'my-pledge-link', text.locale, values))
}

/** Not to somebody who pressed twice and has confirmed since. */
function alreadyPledged(deps: Deps, asked: Asked, confirmedAt: Date): Addressed | undefined {
  const { campaign, row, letter, to } = asked
  if (letter.askedAt < confirmedAt) return undefined
  const text = textIn(campaign, [letter.locale])
  const values = {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    stopUrl: stopUrl(deps, to, text.locale),
  }
  return capped(addressed(asked, 'already-pledged', text.locale, values))
}

/** A letter that anybody can cause who types her address. */
function capped(letter: Addressed): Addressed {
  return { ...letter, canonical: checkedAddress(letter.to).canonical }
}

function addressed<Name extends EmailName>(
  { campaign, to }: Asked,
  name: Name,
  locale: string,
  values: EmailValues[Name],
): Addressed {
  return { to, ...campaignLetter(campaign, name, locale, values) }
}

/** In their order; undefined where the pledge is gone, or nothing says any more where to write. */
async function askedOf(deps: Deps, letters: LedgerLetter[]): Promise<(Asked | undefined)[]> {
  const rows = await findPledges(
    deps.db,
    letters.flatMap((letter) => keyOf(letter) ?? []),
  )
  return await Promise.all(
    letters.map(async (letter) => {
      const key = keyOf(letter)
      const row = key && rows.get(keyName(key))
      const campaign = row && (await deps.campaigns.byId(row.campaignId))
      const sealed = letter.sealed ?? row?.contact
      if (!campaign || !sealed || isLost(deps.keys, sealed)) return undefined
      const to = addressIn(deps.keys, campaign, row, sealed)
      const shareWith = contactWaiting(deps.keys, row)?.shareWith ?? []
      return { campaign, row, letter, to, clauses: clausesPromised(deps.keys, row), shareWith }
    }),
  )
}

/** The pledge that a letter is about. */
export function keyOf({ campaignId, emailDigest, addressDigest }: LedgerLetter): PledgeKey | undefined {
  if (campaignId === null || !emailDigest || !addressDigest) return undefined
  return { campaignId, emailDigest, addressDigest }
}

/** What organizers worded, looked up once for all letters that go together. */
interface Worded {
  text(row: PledgeRow): { locale: string; title: string; body: string }
  clauses(ids: number[]): Clause[]
}

async function wordsOf(deps: Deps, found: (Asked | undefined)[]): Promise<Worded> {
  const asked = found.filter((one) => one !== undefined)
  const texts = new Map<string, Awaited<ReturnType<typeof signedText>>>()
  for (const { campaign, row } of asked) {
    const name = textName(row)
    if (!texts.has(name))
      texts.set(name, await signedText(deps.db, campaign, { locale: row.locale, version: row.textVersion }))
  }
  const ids = new Set(asked.flatMap(({ clauses }) => clauses))
  const clauses = new Map((await findClauses(deps.db, [...ids])).map((clause) => [clause.id, clause]))
  return {
    text(row) {
      const text = texts.get(textName(row))
      if (!text) throw new Error('this wording was not looked up')
      return text
    },
    clauses: (promised) => promised.flatMap((id) => clauses.get(id) ?? []),
  }
}

function textName({ campaignId, locale, textVersion }: PledgeRow): string {
  return `${campaignId} ${locale} ${textVersion}`
}

/** The token in the link of a confirmation email: it confirms the choices that the email lists. */
export function confirmToken(deps: Deps, row: PledgeKey & { choicesHash: Buffer }): string {
  return signToken(deps, { purpose: 'confirm', key: row, choices: row.choicesHash, now: deps.now() })
}

export function myPledgeUrl(deps: Deps, key: PledgeKey, locale: string): string {
  const token = signToken(deps, { purpose: 'my-pledge', key, now: deps.now() })
  return `${deps.publicUrl}/my-pledge/${token}?locale=${locale}`
}
