import type { Words } from '../../shared/i18n/en.ts'
import { pick } from '../../shared/i18n/words.ts'

const groups = ['common', 'count', 'leaderboard'] as const

export type LeaderboardWords = Pick<Words, (typeof groups)[number]>

/** What this page speaks with. */
export function leaderboardWords(words: Words): LeaderboardWords {
  return pick(words, groups)
}
