import { inArray } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { campaignClauses, campaignQuestions } from '../db/schema.ts'
import type { Campaign, Clause, Localized, Question } from './reading.ts'

/** Clauses by id, also those that were retired since somebody promised them; in the order of their ids. */
export async function findClauses(db: DbOrTx, ids: number[]): Promise<Clause[]> {
  if (ids.length === 0) return []
  const { id, words } = campaignClauses
  return await db.select({ id, words }).from(campaignClauses).where(inArray(id, ids)).orderBy(id)
}

/** Questions by id, retired ones too. */
export async function findQuestions(db: DbOrTx, ids: number[]): Promise<Question[]> {
  if (ids.length === 0) return []
  const { id, words, options } = campaignQuestions
  return await db.select({ id, words, options }).from(campaignQuestions).where(inArray(id, ids)).orderBy(id)
}

/** What it says in this locale, in its language, or as the campaign itself speaks: in its first locale. */
export function wordsIn(said: Localized, locale: string, { texts }: Pick<Campaign, 'texts'>): string {
  const language = locale.split('-')[0] ?? ''
  return said[locale] ?? said[language] ?? said[texts[0]?.locale ?? ''] ?? Object.values(said)[0] ?? ''
}
