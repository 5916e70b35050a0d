import { openness } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import type { EmbedSettings } from './contract.ts'

/** What snippets of a campaign are made of; of a draft too, whose embed the public does not see yet. */
export function embedSettings({ publicUrl, now }: Deps, { campaign }: CampaignMember): EmbedSettings {
  const { slug, state, texts } = campaign
  return {
    publicUrl,
    slug,
    state: state === 'draft' ? 'draft' : openness(campaign, now()),
    texts: texts.map(({ locale, title }) => ({ locale, title })),
  }
}
