import type { Campaign } from '../campaigns/campaign.ts'

/**
 * Asks once for all who ask within `ms` of each other, for each campaign; what failed is asked again.
 * The caller's clock does not matter: what is remembered is only ever a moment old.
 */
export function rememberFor<Answer>(
  ms: number,
  ask: (campaign: Campaign) => Promise<Answer>,
): (campaign: Campaign) => Promise<Answer> {
  const known = new Map<number, { since: number; answer: Promise<Answer> }>()
  return (campaign) => {
    const last = known.get(campaign.id)
    if (last && performance.now() - last.since < ms) return last.answer
    const answer = ask(campaign)
    known.set(campaign.id, { since: performance.now(), answer })
    answer.catch(() => known.delete(campaign.id))
    return answer
  }
}
