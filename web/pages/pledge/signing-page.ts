/** What the way from the form to the thanks needs of a page: all that a frame takes along to the browser. */
import type { PledgeProps } from '../../../server/pages/contract.ts'
import { pick } from '../../shared/i18n/words.ts'

const ofCampaign = [
  'slug',
  'state',
  'opensAt',
  'closesAt',
  'eligibility',
  'smallestShown',
  'namesShownAfter',
  'contactMode',
  'shareWith',
  'questions',
  'captcha',
] as const

export type SigningCampaign = Pick<PledgeProps['campaign'], (typeof ofCampaign)[number]>

export interface SigningPage extends Pick<
  PledgeProps,
  'leaderboard' | 'step' | 'source' | 'isWholePage' | 'isPreview'
> {
  campaign: SigningCampaign
  standing?: Pick<NonNullable<PledgeProps['standing']>, 'campus' | 'name'>
}

/** A frame shows the count and no ranking: a long leaderboard would outweigh all else in it. */
export function signingPage({
  campaign,
  leaderboard,
  standing,
  step,
  source,
  isWholePage,
}: PledgeProps): SigningPage {
  const { campuses, others, confirmed } = leaderboard
  const count = campuses.length + (others?.campuses ?? 0)
  return {
    campaign: pick(campaign, ofCampaign),
    leaderboard: { ...leaderboard, campuses: [], others: { campuses: count, confirmed } },
    ...(standing && { standing: pick(standing, ['campus', 'name']) }),
    step,
    source,
    isWholePage,
  }
}
