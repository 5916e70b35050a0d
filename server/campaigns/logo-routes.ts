import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import { Slug } from './contract.ts'
import { CampaignSettings, RevisionQuery } from './editing-contract.ts'
import { changeLogo, logoOf, logoTypes, removeLogo } from './logo.ts'
import { showSettings } from './showing.ts'

/** More than a logo may have, so that one that is too large is told what to do. */
const LARGEST_TRIED = 4 * 1024 * 1024

const Hash = Type.String({ maxLength: 64, pattern: '^[0-9a-f]{64}$' })

/** The logo of a campaign for any page that shows it; another logo has another address. */
export function publicLogoRoute(app: App, deps: Deps): void {
  app.get(
    '/api/v1/campaigns/:slug/logo/:hash',
    { schema: { params: Type.Object({ slug: Slug, hash: Hash }), produces: logoTypes } },
    async (request, reply) => {
      const { id } = await deps.campaigns.bySlug(request.params.slug)
      const { type, bytes } = await logoOf(deps, id, request.params.hash)
      return reply.type(type).send(bytes)
    },
  )
}

/** A picture comes as it is, whatever it says it is: its bytes decide. */
export function logoRoutes(app: App, deps: Deps): void {
  const url = '/campaigns/:campaign/logo'
  const schema = { params: CampaignPath, querystring: RevisionQuery, response: { 200: CampaignSettings } }
  void app.register(async (pictures: App) => {
    pictures.removeAllContentTypeParsers()
    pictures.addContentTypeParser('*', { parseAs: 'buffer' }, (_, bytes, done) => done(null, bytes))
    pictures.put(
      url,
      { bodyLimit: LARGEST_TRIED, schema: { ...schema, body: Type.Unknown() } },
      async (request) => {
        const organizer = campaignMember(request)
        const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        await changeLogo(deps, organizer, { revision: Number(request.query.revision), bytes })
        return await showSettings(deps, organizer)
      },
    )
  })
  app.delete(url, { schema }, async (request) => {
    const organizer = campaignMember(request)
    await removeLogo(deps, organizer, Number(request.query.revision))
    return await showSettings(deps, organizer)
  })
  app.get(
    url,
    { schema: { params: CampaignPath, querystring: Type.Object({ hash: Hash }), produces: logoTypes } },
    async (request, reply) => {
      const { type, bytes } = await logoOf(deps, campaignMember(request).campaign.id, request.query.hash)
      return reply.type(type).send(bytes)
    },
  )
}
