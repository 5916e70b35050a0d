import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { campaignMember } from '../organizers/guard.ts'
import { CampaignOnly, EmbedSettings, NewSource, SourceParams, Sources } from './contract.ts'
import { embedSettings } from './embed-settings.ts'
import { registerSource, removeSource, showSources } from './sources.ts'

export function coalitionRoutes(app: App, deps: Deps): void {
  sourceRoutes(app, deps)
  app.get(
    '/campaigns/:campaign/embed',
    { schema: { params: CampaignOnly, response: { 200: EmbedSettings } } },
    async (request) => embedSettings(deps, campaignMember(request)),
  )
}

function sourceRoutes(app: App, deps: Deps): void {
  const url = '/campaigns/:campaign/sources'
  app.get(url, { schema: { params: CampaignOnly, response: { 200: Sources } } }, async (request) =>
    showSources(deps, campaignMember(request)),
  )
  app.post(
    url,
    { schema: { params: CampaignOnly, body: NewSource, response: { 201: Sources } } },
    async (request, reply) => {
      await registerSource(deps, campaignMember(request), request.body)
      return reply.status(201).send(await showSources(deps, campaignMember(request)))
    },
  )
  app.delete(`${url}/:code`, { schema: { params: SourceParams } }, async (request, reply) => {
    await removeSource(deps, campaignMember(request), request.params.code)
    return reply.status(204).send()
  })
}
