import { sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Dashboard } from './contract.ts'

type Host = NonNullable<Dashboard['host']>
type Localized = Record<string, string>

interface QuestionRow extends Record<string, unknown> {
  words: Localized
  options: { number: number; words: Localized }[]
  /** Confirmed by the option's number. */
  counted: Record<string, number>
}

/** Every question that was ever asked, those that are asked no more last; in the campaign's own locale. */
export async function answersOf(db: Db, campaignId: number, locale: string): Promise<Host['answers']> {
  const { rows } = await db.execute<QuestionRow>(sql`
    select words, options, coalesce(
      (select json_object_agg(option, confirmed) from answer_tallies where question_id = question.id), '{}') as counted
    from campaign_questions question where campaign_id = ${campaignId}
    order by retired_at is not null, position, id`)
  return rows.map(({ words, options, counted }) => ({
    words: inLocale(words, locale),
    options: options.map((option) => ({
      words: inLocale(option.words, locale),
      confirmed: counted[option.number] ?? 0,
    })),
  }))
}

/** How many of those who count promised each clause on top. Looks through all pledges of the campaign. */
export async function clausesOf(db: Db, campaignId: number, locale: string): Promise<Host['clauses']> {
  const { rows } = await db.execute<{ words: Localized; confirmed: number }>(sql`
    select words, coalesce(confirmed, 0) as confirmed
    from campaign_clauses clause left join (
      select clause_id, count(*)::int as confirmed
      from pledges, unnest(clauses) as promised (clause_id)
      where campaign_id = ${campaignId} and state = 'confirmed' group by 1) counted on clause_id = clause.id
    where campaign_id = ${campaignId} order by retired_at is not null, position, id`)
  return rows.map(({ words, confirmed }) => ({ words: inLocale(words, locale), confirmed }))
}

function inLocale(words: Localized, locale: string): string {
  return words[locale] ?? Object.values(words)[0] ?? ''
}
