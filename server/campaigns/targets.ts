import { eq } from 'drizzle-orm'
import { campaignTargets } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { changeCampaign } from './changing.ts'
import type { EditedTarget } from './editing-contract.ts'
import { checkedLocalized } from './localized.ts'
import { checkedLink, invalid, requiredLine } from './wording.ts'

const MOST_TARGETS = 30
const LONGEST_NAME = 80
const LONGEST_REASON = 400

/** Names the firms a campaign is about, in this order; those that are left out go. @throws Refusal `setting-invalid` */
export async function changeTargets(
  deps: Deps,
  member: CampaignMember,
  { revision, targets }: { revision: number; targets: EditedTarget[] },
): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, { id: campaignId, locales }) => {
    const checked = checkedTargets(targets, locales)
    await tx.delete(campaignTargets).where(eq(campaignTargets.campaignId, campaignId))
    if (checked.length > 0) {
      await tx
        .insert(campaignTargets)
        .values(checked.map((target, position) => ({ ...target, campaignId, position })))
    }
    return { action: 'campaign.change', details: { targets: checked.map(({ name }) => name) } }
  })
}

/** @throws Refusal `setting-invalid` */
function checkedTargets(targets: EditedTarget[], locales: string[]): EditedTarget[] {
  if (targets.length > MOST_TARGETS)
    throw invalid('targets', `${MOST_TARGETS} firms are the most that a campaign can name.`)
  return targets.map((typed, at) => {
    const field = `targets/${at}`
    return {
      name: requiredLine(typed.name, { field: `${field}/name`, what: 'The name', longest: LONGEST_NAME }),
      reason: checkedLocalized(typed.reason, {
        field: `${field}/reason`,
        what: 'The reason',
        longest: LONGEST_REASON,
        locales,
      }),
      sourceUrl: checkedLink(typed.sourceUrl, { field: `${field}/sourceUrl`, what: 'The source' }),
    }
  })
}
