import type { Campaign } from './campaign.ts'

/** How many times the smallest number shown: `smallestShown` - 1 mailboxes of the asker and one more person stay below. */
export const SAFE_TIMES = 2

/** The fewest confirmed mailboxes that an answer about a group may be about (decision 59). */
export function safeGroupSize({ smallestShown }: Pick<Campaign, 'smallestShown'>): number {
  return SAFE_TIMES * smallestShown
}
