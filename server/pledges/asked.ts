/** What a campaign offers and asks besides the pledge: clauses to promise too, and questions. */
import type { Campaign } from '../campaigns/campaign.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from './contract.ts'

/**
 * Each once, in the order of their ids.
 * @param promised what she promised before, which may have been retired since
 * @throws Refusal `clause-not-known` for what the campaign does not offer now
 */
export function checkedClauses(
  { clauses }: Pick<Campaign, 'clauses'>,
  ticked: readonly number[] = [],
  promised: readonly number[] = [],
): number[] {
  const known = new Set([...promised, ...clauses.map(({ id }) => id)])
  if (ticked.every((id) => known.has(id))) return [...new Set(ticked)].sort((a, b) => a - b)
  throw new Refusal('clause-not-known', 'Tick only what the campaign offers now.', { field: 'clauses' })
}

/** @throws Refusal `answer-not-known` for what the campaign does not ask now, or where one question is answered twice */
export function checkedAnswers(
  campaign: Pick<Campaign, 'questions'>,
  given: readonly Answer[] = [],
): Answer[] {
  const isAnswer = ({ question, option }: Answer) =>
    campaign.questions.some(
      ({ id, options }) => id === question && options.some(({ number }) => number === option),
    )
  const isOncePerQuestion = new Set(given.map(({ question }) => question)).size === given.length
  if (isOncePerQuestion && given.every(isAnswer)) return [...given]
  const detail = 'Answer with what the campaign offers now, each question once at most.'
  throw new Refusal('answer-not-known', detail, { field: 'answers' })
}
