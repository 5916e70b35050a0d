import type { Words } from '../../shared/i18n/en.ts'

/** The groups of words that this page speaks with. */
export const groups = ['common', 'leaderboard'] as const

export type LeaderboardWords = Pick<Words, (typeof groups)[number]>
