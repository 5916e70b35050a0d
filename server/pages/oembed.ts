import { Type } from 'typebox'
import type { App } from '../app.ts'
import { textIn } from '../campaigns/campaign.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'

const Query = Type.Object({
  url: Type.String({ maxLength: 500 }),
  format: Type.Optional(Type.String({ maxLength: 20 })),
})

const PATH = /^\/(?:c|embed)\/([a-z0-9-]{1,80})(?:\/([a-z0-9.-]{3,253}))?$/
const WIDTH = 480
const HEIGHT = 720

/** Sites that know oEmbed make an embed of a campaign's link by themselves. Nothing is fetched, whatever `url` says. */
export function oembedRoutes(app: App, deps: Deps): void {
  app.get('/oembed', { schema: { hide: true, querystring: Query } }, async (request) => {
    const { slug, domain } = campaignIn(deps, request.query.url)
    const campaign = await deps.campaigns.bySlug(slug)
    if (domain && !deps.campuses.byDomain(domain))
      throw new Refusal('unknown-campus', 'There is no such campus.')
    const title = textIn(campaign, []).title
    return {
      version: '1.0',
      type: 'rich',
      provider_name: 'Estamos',
      provider_url: deps.publicUrl,
      title,
      width: WIDTH,
      height: HEIGHT,
      html: frame(`${deps.publicUrl}/embed/${slug}${domain ? `/${domain}` : ''}`),
    }
  })
}

/** @throws Refusal `not-found` for whatever is not a campaign's page of ours */
function campaignIn({ publicUrl }: Deps, url: string): { slug: string; domain: string | undefined } {
  const parsed = URL.parse(url)
  const isOurs = parsed && parsed.origin === new URL(publicUrl).origin && !parsed.username && !parsed.password
  const [, slug, domain] = (isOurs && PATH.exec(parsed.pathname)) || []
  if (!slug) throw new Refusal('not-found', 'This is not the address of a campaign here.')
  return { slug, domain }
}

function frame(src: string): string {
  return `<iframe class="estamos" src="${src}" title="Sign the pledge" loading="lazy" width="100%" height="${HEIGHT}"></iframe>`
}
