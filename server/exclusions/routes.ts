import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import { hideName } from '../pledges/hiding.ts'
import {
  Exclusion,
  ExclusionParams,
  Exclusions,
  FoundPledges,
  NameHiding,
  NamesHidden,
  NewExclusion,
  PledgeQuery,
  Preview,
  PreviewRequest,
  Suggestions,
  Suspicion,
} from './contract.ts'
import { applyExclusion, keepHold, listExclusions, undoExclusion } from './exclusion.ts'
import { previewExclusion } from './preview.ts'
import { searchPledges, suggestionsFor } from './search.ts'
import { suspicionIn } from './suspicion.ts'

/** Finding pledges, and taking them out of the count. */
export function exclusionRoutes(app: App, deps: Deps): void {
  app.get(
    '/campaigns/:campaign/pledges',
    { schema: { params: CampaignPath, querystring: PledgeQuery, response: { 200: FoundPledges } } },
    async (request) => searchPledges(deps, campaignMember(request).campaign, request.query),
  )
  app.get(
    '/campaigns/:campaign/pledge-suggestions',
    { schema: { params: CampaignPath, response: { 200: Suggestions } } },
    async (request) => suggestionsFor(deps, campaignMember(request).campaign),
  )
  app.get(
    '/campaigns/:campaign/suspicion',
    { schema: { params: CampaignPath, response: { 200: Suspicion } } },
    async (request) => suspicionIn(deps, campaignMember(request).campaign),
  )
  app.post(
    '/campaigns/:campaign/hidden-names',
    { schema: { params: CampaignPath, body: NameHiding, response: { 200: NamesHidden } } },
    async (request) => ({ hidden: await hideName(deps, campaignMember(request), request.body) }),
  )
  app.post(
    '/campaigns/:campaign/exclusion-previews',
    { schema: { params: CampaignPath, body: PreviewRequest, response: { 200: Preview } } },
    async (request) => previewExclusion(deps, campaignMember(request).campaign, request.body.rule),
  )
  app.get(
    '/campaigns/:campaign/exclusions',
    { schema: { params: CampaignPath, response: { 200: Exclusions } } },
    async (request) => listExclusions(deps, campaignMember(request).campaign),
  )
  app.post(
    '/campaigns/:campaign/exclusions',
    { schema: { params: CampaignPath, body: NewExclusion, response: { 202: Exclusion } } },
    async (request, reply) =>
      reply.status(202).send(await applyExclusion(deps, campaignMember(request), request.body)),
  )
  app.post(
    '/campaigns/:campaign/exclusions/:exclusion/keeping',
    { schema: { params: ExclusionParams, response: { 200: Exclusion } } },
    async (request) => keepHold(deps, campaignMember(request), Number(request.params.exclusion)),
  )
  app.post(
    '/campaigns/:campaign/exclusions/:exclusion/undo',
    { schema: { params: ExclusionParams, response: { 202: Exclusion } } },
    async (request, reply) => {
      const undone = await undoExclusion(deps, campaignMember(request), Number(request.params.exclusion))
      return reply.status(202).send(undone)
    },
  )
}
