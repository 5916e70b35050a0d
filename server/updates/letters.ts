import { eq, inArray } from 'drizzle-orm'
import type { MilestoneValues } from '../../emails/milestone.ts'
import { type Campaign, textIn } from '../campaigns/campaign.ts'
import { campaignLetter } from '../campaigns/letter.ts'
import { organizers, updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed, Compose } from '../mail/addressed.ts'
import type { LedgerLetter } from '../mail/ledger.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import { addressIn } from '../pledges/contact.ts'
import { findPledges } from '../pledges/found.ts'
import { keyOf, myPledgeUrl } from '../pledges/letters.ts'
import { keyName, type PledgeKey } from '../pledges/mailbox.ts'
import { unsubscribeUrl } from '../pledges/unsubscribing.ts'
import { localeFor, type Words } from './wording.ts'

/** Whoever reads an update or a milestone, as long as she wants to. */
interface Reader {
  campaign: Campaign
  key: PledgeKey & { signingId: string }
  campusId: number | null
  to: string
  /** The language in which she signed. */
  locale: string
}

/** Nothing goes to whoever took her pledge or her wish back meanwhile, nor of what was cancelled. */
export const composeUpdates: Compose = async (deps, letters) => {
  const found = await readersOf(deps, letters)
  const ids = [...new Set(letters.flatMap(({ updateId }) => updateId ?? []))]
  const rows = ids.length > 0 ? await deps.db.select().from(updates).where(inArray(updates.id, ids)) : []
  const going = new Map(rows.filter(({ state }) => state !== 'cancelled').map((row) => [row.id, row.words]))
  return letters.map(({ updateId }, place) => {
    const words = going.get(updateId ?? 0)
    const reader = found[place]
    return words && reader && updateLetter(deps, reader, words)
  })
}

function updateLetter(deps: Deps, reader: Reader, words: Words): Addressed {
  const { campaign, key, to } = reader
  const locale = localeFor(words, reader.locale, campaign.locales)
  const unsubscribe = unsubscribeUrl(deps, key, locale)
  const links = { myPledgeUrl: myPledgeUrl(deps, key, locale), unsubscribeUrl: unsubscribe }
  return { to, unsubscribeUrl: unsubscribe, ...updateEmail(campaign, words, { locale, ...links }) }
}

interface UpdateLinks {
  locale: string
  myPledgeUrl: string
  unsubscribeUrl: string
}

function updateEmail(
  campaign: Campaign,
  words: Words,
  { locale, ...links }: UpdateLinks,
): Omit<Addressed, 'to'> {
  const { subject = '', body = '' } = words[locale] ?? {}
  return campaignLetter(campaign, 'update', locale, {
    campaignTitle: textIn(campaign, [locale]).title,
    organizationName: campaign.organization.name,
    subject,
    body,
    ...links,
  })
}

/** As readers get it, but that its links are nobody's: they lead to the campaign. */
export function sampleUpdate(
  { publicUrl }: Deps,
  campaign: Campaign,
  words: Words,
  locale: string,
): Omit<Addressed, 'to'> {
  const page = `${publicUrl}/c/${campaign.slug}?locale=${locale}`
  return updateEmail(campaign, words, { locale, myPledgeUrl: page, unsubscribeUrl: page })
}

/** What the ledger holds of a test letter: to nobody but the organizer who asked for it. */
export interface TestAbout {
  update: number
  organizer: number
}

export async function composeUpdateTest(deps: Deps, letter: LedgerLetter): Promise<Addressed | undefined> {
  const about = letter.about as unknown as TestAbout
  const [update] = await deps.db.select().from(updates).where(eq(updates.id, about.update))
  const [organizer] = await deps.db.select().from(organizers).where(eq(organizers.id, about.organizer))
  const campaign = update && (await deps.campaigns.byId(update.campaignId))
  const said = update?.words[letter.locale]
  if (!campaign || !organizer || !said) return undefined
  const words = { [letter.locale]: { ...said, subject: `[Test] ${said.subject}` } }
  const { email: to } = openOrganizer(deps.keys, organizer)
  return { to, ...sampleUpdate(deps, campaign, words, letter.locale) }
}

/** What the ledger holds of a milestone. */
export type MilestoneAbout = Pick<MilestoneValues, 'what' | 'reached'>

export const composeMilestones: Compose = async (deps, letters) => {
  const found = await readersOf(deps, letters)
  return letters.map(({ about }, place) => {
    const reader = found[place]
    return reader && milestoneLetter(deps, reader, about as unknown as MilestoneAbout)
  })
}

/** Of the whole campaign's goal everybody reads the same. */
function milestoneLetter(deps: Deps, reader: Reader, about: MilestoneAbout): Addressed | undefined {
  const { campaign, key, to } = reader
  const { locale, title } = textIn(campaign, [reader.locale])
  const campus = about.what === 'campaign-goal' ? undefined : deps.campuses.byId(reader.campusId ?? 0)
  if (!campus && about.what !== 'campaign-goal') return undefined
  const page = `${deps.publicUrl}/c/${campaign.slug}${campus ? `/${campus.domain}` : ''}`
  const unsubscribe = unsubscribeUrl(deps, key, locale)
  const values = {
    ...about,
    campaignTitle: title,
    organizationName: campaign.organization.name,
    campusName: campus?.name ?? title,
    campusUrl: `${page}?locale=${locale}`,
    unsubscribeUrl: unsubscribe,
  }
  return { to, unsubscribeUrl: unsubscribe, ...campaignLetter(campaign, 'milestone', locale, values) }
}

/** In their order; undefined where somebody is no reader any more. */
async function readersOf(deps: Deps, letters: LedgerLetter[]): Promise<(Reader | undefined)[]> {
  const rows = await findPledges(
    deps.db,
    letters.flatMap((letter) => keyOf(letter) ?? []),
  )
  return await Promise.all(
    letters.map(async (letter) => {
      const key = keyOf(letter)
      const row = key && rows.get(keyName(key))
      if (!row?.contact || row.state !== 'confirmed' || !row.wantsUpdates) return undefined
      const campaign = await deps.campaigns.byId(row.campaignId)
      if (!campaign) return undefined
      const to = addressIn(deps.keys, campaign, row, row.contact)
      return { campaign, key: row, campusId: row.campusId, to, locale: row.locale }
    }),
  )
}
