import type { Words } from '../../shared/i18n/en.ts'
import { pick } from '../../shared/i18n/words.ts'

const groups = ['count', 'pledge', 'thanks'] as const
const wholePageGroups = ['common', 'hcaptcha', 'besides', 'leaderboard', 'wholePage'] as const

/** The refusals that signing can meet; any other is told as `internal`. */
const refusals = [
  'offline',
  'retryIn',
  'invalid-request',
  'campaign-not-open',
  'campaign-closed',
  'signing-paused',
  'email-invalid',
  'email-not-campus',
  'name-too-long',
  'name-not-allowed',
  'name-missing',
  'campus-not-known',
  'campus-choice-needed',
  'text-not-known',
  'clause-not-known',
  'answer-not-known',
  'code-wrong',
  'code-too-many-tries',
  'captcha-wait',
  'captcha-script-needed',
  'captcha-away',
  'busy',
  'internal',
] as const

export type PledgeWords = Pick<Words, (typeof groups)[number]> & {
  common: Pick<Words['common'], 'seeOrChange'>
  refusals: Partial<Words['refusals']> & Pick<Words['refusals'], 'internal' | 'retryIn'>
}

export type WholePageWords = PledgeWords & Pick<Words, (typeof wholePageGroups)[number]>

/** What a frame speaks with. */
export function pledgeWords(words: Words): PledgeWords {
  return {
    ...pick(words, groups),
    common: pick(words.common, ['seeOrChange']),
    // A crowd is a crowd: words of its own would cost a frame bytes that it has not got.
    refusals: { ...pick(words.refusals, refusals), 'too-many-requests': words.refusals.busy },
  }
}

export function wholePageWords(words: Words): WholePageWords {
  return { ...pledgeWords(words), ...pick(words, wholePageGroups) }
}
