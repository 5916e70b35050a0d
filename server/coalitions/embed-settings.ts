import { openness } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { newestWidget } from '../pages/widgets.ts'
import type { EmbedSettings } from './contract.ts'

/** What snippets of a campaign are made of; of a draft too, whose embed the public does not see yet. */
export async function embedSettings(
  { publicUrl, now }: Deps,
  { campaign }: CampaignMember,
): Promise<EmbedSettings> {
  const { slug, state, texts } = campaign
  const { path, integrity } = await newestWidget()
  return {
    publicUrl,
    slug,
    state: state === 'draft' ? 'draft' : openness(campaign, now()),
    texts: texts.map(({ locale, title }) => ({ locale, title })),
    script: { url: `${publicUrl}${path}`, integrity },
  }
}
