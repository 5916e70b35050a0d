import type { EmailName, EmailValues } from '../../emails/emails.ts'
import { type Campaign, openness, textIn } from '../campaigns/campaign.ts'
import { campaignLetter } from '../campaigns/letter.ts'
import type { Clause } from '../campaigns/reading.ts'
import { findClauses, wordsIn } from '../campaigns/said.ts'
import { signedText } from '../campaigns/texts.ts'
import type { signings } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed, Compose } from '../mail/addressed.ts'
import type { LedgerLetter } from '../mail/ledger.ts'
import { stopUrl } from '../mail/stop-link.ts'
import { checkedAddress } from './address.ts'
import { sixDigitCode } from './code.ts'
import { addressIn, isLost } from './contact.ts'
import { findPledges } from './found.ts'
import { asSigned, type OwnPledge } from './held.ts'
import { keyName, type PledgeKey } from './mailbox.ts'
import { listed } from './sharing.ts'
import { signToken } from './token.ts'
import { findWaiting, openSigning, type WaitingSigning } from './waiting-signing.ts'

const CONFIRM_DAYS = 7
const MY_PLEDGE_HOURS = 24
const DAY_MS = 86_400_000

/** An email to a signer, with the pledge it is about. */
interface Asked {
  campaign: Campaign
  /** As the act of signing has it that the email is about. */
  row: OwnPledge
  letter: LedgerLetter
  to: string
}

/** A pledge that waits, with what its confirmation would write. */
type Waiting = Asked & { row: { waiting: WaitingSigning } }

/** After signing: asks the mailbox to confirm what was signed, or tells it that it has pledged already. */
export const composePledgeLetters: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters, ownSigning)
  const worded = await wordsOf(deps, found)
  return found.map((asked) => {
    if (!asked) return undefined
    if (asked.row.confirmedAt) return alreadyPledged(deps, asked, asked.row.confirmedAt)
    return isWaiting(asked) ? confirmation(deps, asked, worded) : undefined
  })
}

/** The link to all that is held; a pledge that waits for its confirmation gets its newest email again. */
export const composeMyPledgeLinks: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters, shownSigning)
  const worded = await wordsOf(deps, found)
  return found.map(
    (asked) => asked && (isWaiting(asked) ? confirmation(deps, asked, worded) : myPledgeLink(deps, asked)),
  )
}

/** Once more what the newest email said, since it may be lost or overlooked. */
export const composeReminders: Compose = async (deps, letters) => {
  const found = await askedOf(deps, letters, shownSigning)
  const worded = await wordsOf(deps, found)
  return found.map((asked) => asked && reminderLetter(deps, asked, worded))
}

function isWaiting(asked: Asked): asked is Waiting {
  return asked.row.waiting !== undefined
}

/** Not where it came too late: the pledge is confirmed, or signed again, or the campaign takes no more signatures. */
function reminderLetter(deps: Deps, asked: Asked, worded: Worded): Addressed | undefined {
  const { campaign, row, letter } = asked
  if (!isWaiting(asked) || letter.askedAt < row.signedAt) return undefined
  if (row.exclusionId !== null || openness(campaign, deps.now()) !== 'open') return undefined
  const { locale, values } = confirmationOf(deps, asked, worded)
  const age = (deps.now().getTime() - row.signedAt.getTime()) / DAY_MS
  const expiresInDays = Math.max(1, Math.floor(CONFIRM_DAYS - age))
  return capped(addressed(asked, 'reminder', locale, { ...values, expiresInDays }))
}

function confirmation(deps: Deps, asked: Waiting, worded: Worded): Addressed {
  const { locale, values } = confirmationOf(deps, asked, worded)
  return capped(addressed(asked, 'confirm', locale, values))
}

function confirmationOf(deps: Deps, { campaign, row, to }: Waiting, worded: Worded) {
  const text = worded.text(row)
  const { campusId, affiliation, listsName, wantsUpdates, clauses, shareWith } = row.waiting
  const campus = campusId === null ? undefined : deps.campuses.byId(campusId)
  const values = {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    pledgeText: text.body,
    confirmUrl: `${deps.publicUrl}/confirm/${confirmToken(deps, row)}?locale=${text.locale}`,
    code: sixDigitCode(deps.keys, row, row.signingId),
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    signedFor: { campus: campus?.name, affiliation: affiliation ?? undefined },
    ticks: {
      listsName,
      wantsUpdates,
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

type WaitingRow = typeof signings.$inferSelect
type Choose = (
  letter: LedgerLetter,
  row: PledgeKey & { signingId: string },
  waiting: WaitingRow[],
) => WaitingRow | undefined

/** The act of signing that asked for the email. */
const ownSigning: Choose = ({ id }, _, waiting) => waiting.find(({ signingId }) => signingId === id)

/** The one that the pledge shows. */
const shownSigning: Choose = (_, row, waiting) =>
  waiting.find(({ signingId }) => signingId === row.signingId) ?? waiting[0]

/**
 * In their order; undefined where the pledge is gone, or nothing says any more where to write.
 * @param choose which act of signing an email is about, of those that wait, the newest first
 */
async function askedOf(deps: Deps, letters: LedgerLetter[], choose: Choose): Promise<(Asked | undefined)[]> {
  const keys = letters.flatMap((letter) => keyOf(letter) ?? [])
  const rows = await findPledges(deps.db, keys)
  const waiting = await findWaiting(deps.db, keys)
  return await Promise.all(
    letters.map(async (letter) => {
      const key = keyOf(letter)
      const row = key && rows.get(keyName(key))
      const campaign = row && (await deps.campaigns.byId(row.campaignId))
      if (!campaign) return undefined
      const signing =
        row.state === 'pending' ? choose(letter, row, waiting.get(keyName(key)) ?? []) : undefined
      const says = signing && openSigning(deps.keys, { key, signingId: signing.signingId }, signing.sealed)
      if (says) return { campaign, letter, to: says.email, row: asSigned(row, { ...signing, waiting: says }) }
      const sealed = letter.sealed ?? row.contact
      if (!sealed || isLost(deps.keys, sealed)) return undefined
      return { campaign, letter, to: addressIn(deps.keys, campaign, row, sealed), row }
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
  text(row: OwnPledge): { locale: string; title: string; body: string }
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
  const ids = new Set(asked.flatMap(({ row }) => row.waiting?.clauses ?? []))
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

function textName({ campaignId, locale, textVersion }: OwnPledge): string {
  return `${campaignId} ${locale} ${textVersion}`
}

/** The token in the link of a confirmation email: it confirms the act of signing that the email is about. */
export function confirmToken(deps: Deps, row: PledgeKey & { signingId: string }): string {
  return signToken(deps, { purpose: 'confirm', key: row, signingId: row.signingId, now: deps.now() })
}

export function myPledgeUrl(deps: Deps, row: PledgeKey & { signingId: string }, locale: string): string {
  const { signingId } = row
  const token = signToken(deps, { purpose: 'my-pledge', key: row, signingId, now: deps.now() })
  return `${deps.publicUrl}/my-pledge/${token}?locale=${locale}`
}
