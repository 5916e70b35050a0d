import type { Words } from '../../shared/i18n/en.ts'

/** The groups of words that this page speaks with. */
export const groups = ['common', 'leaderboard', 'pledge', 'thanks', 'refusals'] as const

export type PledgeWords = Pick<Words, (typeof groups)[number]>
