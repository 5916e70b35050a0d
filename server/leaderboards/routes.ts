import type { App } from '../app.ts'
import { CampaignParams } from '../campaigns/contract.ts'
import { CampusMatches, CampusQuery } from '../campuses/contract.ts'
import type { Deps } from '../deps.ts'
import type { Limits } from '../limits/connections.ts'
import { Places } from '../limits/places.ts'
import { searchCampusesFor } from './campus-search.ts'
import { campusStanding } from './campus-standing.ts'
import { CampusParams, CampusStanding, Leaderboard } from './contract.ts'
import { eventStreams } from './event-stream.ts'

export function leaderboardRoutes(app: App, deps: Deps, limits: Limits): void {
  const places = new Places({ inAll: limits.streams, ofOne: limits.streamsOfOne })
  const streams = eventStreams(deps.leaderboards, places)
  app.addHook('preClose', async () => streams.end())
  app.get(
    '/api/v1/campaigns/:slug/leaderboard',
    { schema: { params: CampaignParams, response: { 200: Leaderboard } } },
    async (request, reply) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      const { json, etag } = await deps.leaderboards.of(campaign.id)
      void reply.header('etag', etag)
      if (isKnown(request.headers['if-none-match'], etag))
        return reply.status(304 as never).send(undefined as never)
      // Written out once for everybody; not through the serializer again.
      return reply
        .type('application/json; charset=utf-8')
        .serializer(asItIs)
        .send(json as never)
    },
  )
  app.get(
    '/api/v1/campaigns/:slug/campuses',
    {
      schema: {
        summary: 'Campuses by name, as `/api/v1/campuses`; those of this campaign and of its country first.',
        params: CampaignParams,
        querystring: CampusQuery,
        response: { 200: CampusMatches },
      },
    },
    async (request) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      return { campuses: await searchCampusesFor(deps, campaign, request.query.q) }
    },
  )
  app.get(
    '/api/v1/campaigns/:slug/campuses/:domain',
    { schema: { params: CampusParams, response: { 200: CampusStanding } } },
    async (request) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      return await campusStanding(deps, campaign, request.params.domain)
    },
  )
  app.get(
    '/api/v1/campaigns/:slug/live',
    { exposeHeadRoute: false, schema: { params: CampaignParams, produces: ['text/event-stream'] } },
    async (request, reply) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      await streams.follow(campaign.id, request, reply)
    },
  )
}

/** Proxies weaken the tag, and browsers may send several. */
function isKnown(tags: string | undefined, etag: string): boolean {
  return (tags ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

function asItIs(payload: unknown): string {
  return payload as string
}
