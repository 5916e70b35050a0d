import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { campusStanding } from '../leaderboards/campus-standing.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import type { PledgeProps } from '../pages/contract.ts'
import type { Campaign } from './campaign.ts'
import { PreviewRequest } from './editing-contract.ts'
import { previewOf } from './preview.ts'
import { showCampaign } from './routes.ts'

const LARGEST_FORM = 256 * 1024

/** What the campaign's page or frame would be given if the form were saved; nothing of it is kept. */
export function previewRoutes(app: App, deps: Deps): void {
  app.post(
    '/campaigns/:campaign/preview',
    {
      bodyLimit: LARGEST_FORM,
      schema: { params: CampaignPath, body: PreviewRequest, produces: ['application/json'] },
    },
    async (request) => {
      const { campaign } = campaignMember(request)
      return await previewProps(deps, campaign, request.body)
    },
  )
}

async function previewProps(deps: Deps, saved: Campaign, form: PreviewRequest): Promise<PledgeProps> {
  const campaign = previewOf(saved, form)
  const { leaderboard } = await deps.leaderboards.of(campaign.id)
  const { goal: _, ...counted } = leaderboard
  return {
    campaign: { ...(await showCampaign(deps, campaign, [form.locale])), ...logoOfDraft(deps, campaign) },
    leaderboard: { ...counted, ...(campaign.goal && { goal: campaign.goal }) },
    ...(form.campus && { standing: await standingOf(deps, saved, form.campus) }),
    step: { at: 'asking' },
    isWholePage: form.isWholePage,
    isPreview: true,
    publicUrl: deps.publicUrl,
  }
}

/** The public has no draft, and so none of its pictures. */
function logoOfDraft({ publicUrl }: Deps, { slug, logo }: Campaign): { logoUrl?: string } {
  if (!logo) return {}
  return { logoUrl: `${publicUrl}/api/v1/console/campaigns/${slug}/logo?hash=${logo.hash}` }
}

/** Names show by the saved settings: the form of somebody who looks must not bring them out. */
async function standingOf(deps: Deps, campaign: Campaign, campus: NonNullable<PreviewRequest['campus']>) {
  const { goal, chapterName, nextSteps } = campus
  const { goal: _, chapter: __, ...standing } = await campusStanding(deps, campaign, campus.campus)
  return {
    ...standing,
    ...(goal && { goal }),
    ...(chapterName && { chapter: chapterName }),
    nextSteps: nextSteps.filter(({ label, url }) => label && URL.canParse(url) && url.startsWith('https:')),
  }
}
