/** What a campaign offers and asks besides the pledge: clauses to promise too, whom to share a contact with, questions. */
import type { Campaign } from '../campaigns/campaign.ts'
import { sealableTo } from '../contacts/recipients.ts'
import { Refusal } from '../refusal.ts'
import type { NamedKey } from './contact.ts'
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

/**
 * Each once, with the key that is theirs now, in the order of their ids.
 * @throws Refusal `contact-not-offered` for who does not carry the campaign, or has no key
 */
export function checkedSharing(
  campaign: Pick<Campaign, 'carriers' | 'contactMode'>,
  ticked: readonly string[] = [],
  now: Date,
): NamedKey[] {
  if (ticked.length === 0) return []
  const offered = sealableTo(campaign, now)
  if (ticked.every((slug) => offered.some((one) => one.slug === slug))) {
    return offered
      .filter(({ slug }) => ticked.includes(slug))
      .map(({ organizationId, key }) => ({
        organization: organizationId,
        key: key.fingerprint.toString('hex'),
      }))
      .sort((a, b) => a.organization - b.organization)
  }
  const detail = 'Share your contact only with whom the campaign offers now.'
  throw new Refusal('contact-not-offered', detail, { field: 'shareWith' })
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
