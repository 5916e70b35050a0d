import { eq, lt, sql, and } from 'drizzle-orm'
import { rendered } from '../../emails/emails.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import { transaction } from '../db/db.ts'
import { updates } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { writeLetters } from '../mail/ledger.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import type { UpdatePreview } from './contract.ts'
import { lockUpdate, note, requireAsRead } from './drafts.ts'
import { sampleUpdate, type TestAbout } from './letters.ts'
import { type ReadersByCampus, shownReadersOfSome } from './readers.ts'
import { findUpdate, type UpdateRow } from './showing.ts'
import { checkedWords, problemsIn, type Words } from './wording.ts'

/** What its readers would get, and how many they are. @throws Refusal `not-found` */
export async function previewUpdate(
  deps: Deps,
  readers: ReadersByCampus,
  campaign: Campaign,
  id: number,
): Promise<UpdatePreview> {
  const row = await findUpdate(deps, campaign, id)
  const counted = await readers.of(campaign.id)
  const counts = row.campuses ? row.campuses.map((campus) => counted.get(campus) ?? 0) : [...counted.values()]
  const told = row.campuses
    ? shownReadersOfSome(counts, campaign)
    : counts.reduce((sum, count) => sum + count, 0)
  const locales = writtenLocales(row, campaign)
  return {
    ...(told !== undefined && { readers: told }),
    problems: problemsIn(row.words, campaign.locales),
    emails: await Promise.all(
      locales.map(async (locale) => {
        const { email, fromName } = sampleUpdate(deps, campaign, row.words, locale)
        const { subject, text } = await rendered(email)
        return { locale, ...(fromName && { from: fromName }), subject, text }
      }),
    ),
  }
}

/** One of these emails as HTML, for a frame. @throws Refusal `not-found` */
export async function previewEmail(
  deps: Deps,
  campaign: Campaign,
  id: number,
  locale: string,
): Promise<string> {
  const row = await findUpdate(deps, campaign, id)
  if (!writtenLocales(row, campaign).includes(locale)) {
    throw new Refusal('not-found', 'Nothing is written in this language yet.')
  }
  return (await rendered(sampleUpdate(deps, campaign, row.words, locale).email)).html
}

/** Those of the campaign in which there is anything to show, its own first. */
function writtenLocales({ words }: { words: Words }, { locales }: Campaign): string[] {
  return locales.filter((locale) => words[locale]?.subject.trim() || words[locale]?.body.trim())
}

const MOST_TESTS = 30

/**
 * Sends it to the organizer who asks, in each language, and to nobody else.
 * @throws Refusal `changed-meanwhile`, `setting-invalid`, `too-many-tests`, `wrong-stage`
 */
export async function testUpdate(
  deps: Deps,
  by: CampaignMember,
  id: number,
  revision: number,
): Promise<void> {
  const askedAt = deps.now()
  await transaction(deps.db, async (tx) => {
    const row: UpdateRow = await lockUpdate(tx, by, id)
    await requireAsRead(deps, row, by, revision)
    const words = checkedWords(row.words, by.campaign.locales)
    const counted = await tx
      .update(updates)
      .set({ tests: sql`${updates.tests} + 1` })
      .where(and(eq(updates.id, id), lt(updates.tests, MOST_TESTS)))
      .returning({ tests: updates.tests })
    if (counted.length === 0) {
      throw new Refusal(
        'too-many-tests',
        `It was tested ${MOST_TESTS} times already. The preview shows the same.`,
      )
    }
    const about: TestAbout = { update: id, organizer: by.organizerId }
    await writeLetters(
      tx,
      Object.keys(words).map((locale) => ({ template: 'update-test', locale, about: { ...about }, askedAt })),
    )
    await note(tx, askedAt, by, 'update.test', { update: id })
  })
}
