import { and, eq, sql } from 'drizzle-orm'
import type { Db, DbOrTx, Tx } from '../db/db.ts'
import { campaigns, pledgeTexts } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { type Before, changeCampaign } from './changing.ts'
import type { EditedText } from './editing-contract.ts'
import { languageName } from './localized.ts'
import { textHash } from './opening.ts'
import type { Campaign, PledgeText } from './reading.ts'
import { checkedLine, checkedParagraphs, invalid, requiredLine } from './wording.ts'

const LONGEST_TITLE = 120
const LONGEST_BODY = 1_500
const LONGEST_REASON = 6_000

/**
 * Gives a campaign its wording: the first locale is its own, and those that are not named are offered no more.
 * A draft is written over. Once it was opened, whoever signs may have an older sight of it before her, so that no row
 * of that time ever changes: what is worded anew is a new version.
 * @throws Refusal `setting-invalid`, `changed-meanwhile`
 */
export async function changeTexts(
  deps: Deps,
  member: CampaignMember,
  { revision, texts }: { revision: number; texts: EditedText[] },
): Promise<void> {
  const checked = checkedTexts(texts)
  await changeCampaign(deps, member, revision, async (tx, before) => {
    const written = before.state === 'draft' ? checked : await newlyWorded(tx, before, checked)
    if (before.state === 'draft') await tx.delete(pledgeTexts).where(eq(pledgeTexts.campaignId, before.id))
    else written.forEach(requireComplete)
    for (const text of written) await insertVersion(tx, before.id, text)
    const locales = checked.map(({ locale }) => locale)
    await tx.update(campaigns).set({ locales }).where(eq(campaigns.id, before.id))
    const worded = written.map(({ locale }) => locale)
    return { action: 'pledge-text.change', details: { locales, worded } }
  })
}

/** @throws Refusal `setting-invalid` */
export function checkedTexts(texts: EditedText[]): EditedText[] {
  if (texts.length === 0) throw invalid('texts', 'A campaign needs its wording in one language at least.')
  const locales = texts.map(({ locale }) => locale)
  const twice = locales.find((locale, at) => locales.indexOf(locale) !== at)
  if (twice) throw invalid('texts', `${languageName(twice)} is there twice. Take one of them away.`)
  return texts.map(({ locale, ...typed }, at) => ({
    locale,
    title: checkedTitle(typed.title, `texts/${at}/title`),
    body: checkedLine(typed.body, { field: `texts/${at}/body`, what: 'The pledge', longest: LONGEST_BODY }),
    reason: checkedParagraphs(typed.reason, {
      field: `texts/${at}/reason`,
      what: 'The reason',
      longest: LONGEST_REASON,
    }),
  }))
}

/** @throws Refusal `setting-invalid` */
export function checkedTitle(typed: string, field: string): string {
  return requiredLine(typed, { field, what: 'The title', longest: LONGEST_TITLE })
}

function requireComplete({ locale, body }: EditedText): void {
  if (body) return
  throw invalid(
    'texts',
    `The pledge is missing in ${languageName(locale)}. People can see this campaign already.`,
  )
}

async function newlyWorded(tx: Tx, { id }: Before, texts: EditedText[]): Promise<EditedText[]> {
  const hashes = new Map(
    (
      await tx
        .selectDistinctOn([pledgeTexts.locale], { locale: pledgeTexts.locale, hash: pledgeTexts.textHash })
        .from(pledgeTexts)
        .where(eq(pledgeTexts.campaignId, id))
        .orderBy(pledgeTexts.locale, sql`${pledgeTexts.version} desc`)
    ).map(({ locale, hash }) => [locale, hash]),
  )
  return texts.filter((text) => !hashes.get(text.locale)?.equals(textHash(text)))
}

async function insertVersion(tx: Tx, campaignId: number, text: EditedText): Promise<void> {
  const version = sql<number>`1 + coalesce((select max(version) from pledge_texts
    where campaign_id = ${campaignId} and locale = ${text.locale}), 0)`
  await tx.insert(pledgeTexts).values({ ...text, campaignId, version, textHash: textHash(text) })
}

/** Which wording of a campaign. */
export type TextName = Pick<PledgeText, 'locale' | 'version'>

/**
 * Whether the public could ever read it. Versions of a locale have no gaps, so that in a rush of forms that are older
 * than the newest wording nothing is asked of the database; it knows languages that are offered no more, and what
 * another process was told a moment ago.
 */
export async function wasPublished(
  db: Db,
  campaign: Campaign,
  { locale, version }: TextName,
): Promise<boolean> {
  const newest = campaign.texts.find((text) => text.locale === locale)
  if (newest && version >= 1 && version <= newest.version) return true
  return (await findText(db, campaign, { locale, version })) !== undefined
}

/** The wording that somebody signed, however long ago. */
export async function signedText(
  db: DbOrTx,
  campaign: Campaign,
  { locale, version }: TextName,
): Promise<PledgeText> {
  const newest = campaign.texts.find((text) => text.locale === locale)
  if (newest?.version === version) return newest
  const found = await findText(db, campaign, { locale, version })
  if (!found) throw new Error(`campaign ${campaign.id} has lost version ${version} of its text in ${locale}`)
  return found
}

async function findText(
  db: DbOrTx,
  { id }: Campaign,
  { locale, version }: TextName,
): Promise<PledgeText | undefined> {
  const [found] = await db
    .select()
    .from(pledgeTexts)
    .where(
      and(eq(pledgeTexts.campaignId, id), eq(pledgeTexts.locale, locale), eq(pledgeTexts.version, version)),
    )
  return found
}
