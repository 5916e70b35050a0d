import type { App } from '../app.ts'
import { recipientsOf } from '../contacts/recipients.ts'
import type { Deps } from '../deps.ts'
import { type Campaign as KnownCampaign, openness, textIn } from './campaign.ts'
import { Campaign, CampaignParams, LocaleQuery } from './contract.ts'
import type { Localized, Logo } from './reading.ts'
import { wordsIn } from './said.ts'

export function campaignRoutes(app: App, deps: Deps): void {
  app.get(
    '/api/v1/campaigns/:slug',
    { schema: { params: CampaignParams, querystring: LocaleQuery, response: { 200: Campaign } } },
    async (request, reply) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      void reply.header('vary', 'accept-language')
      return await showCampaign(
        deps,
        campaign,
        localesOf(request.headers['accept-language'], request.query.locale),
      )
    },
  )
}

/** A campaign as everybody may see it, in the first of these locales that it has. */
export async function showCampaign(
  deps: Deps,
  campaign: KnownCampaign,
  locales: string[],
): Promise<Campaign> {
  const text = textIn(campaign, locales)
  const { leaderboard } = await deps.leaderboards.of(campaign.id)
  const { slug, organization, goal, opensAt, closesAt, eligibility, smallestShown, namesShownAfter } =
    campaign
  return {
    slug,
    state: openness(campaign, deps.now()),
    organization: { name: organization.name, ...(organization.url && { url: organization.url }) },
    locale: text.locale,
    locales: campaign.texts.map(({ locale }) => locale),
    title: text.title,
    text: text.body,
    textVersion: text.version,
    textHash: text.textHash.toString('hex'),
    reason: text.reason,
    ...partsIn(text.locale, campaign),
    ...(campaign.logo && { logoUrl: logoUrl(deps, slug, campaign.logo) }),
    ...(opensAt && { opensAt: opensAt.toISOString() }),
    ...(closesAt && { closesAt: closesAt.toISOString() }),
    ...(goal && { goal }),
    confirmed: leaderboard.confirmed,
    eligibility,
    smallestShown,
    namesShownAfter,
    contactMode: campaign.contactMode,
    shareWith: recipientsOf(campaign, deps.now()),
    captcha: deps.captcha.settings,
    theme: campaign.theme,
    demo: campaign.isDemo,
  }
}

function partsIn(
  locale: string,
  campaign: KnownCampaign,
): Pick<Campaign, 'targets' | 'clauses' | 'questions'> {
  const said = (words: Localized) => wordsIn(words, locale, campaign)
  return {
    targets: campaign.targets.map(({ name, reason, sourceUrl }) => ({
      name,
      reason: said(reason),
      sourceUrl,
    })),
    clauses: campaign.clauses.map(({ id, words }) => ({ id, words: said(words) })),
    questions: campaign.questions.map(({ id, words, options }) => ({
      id,
      words: said(words),
      options: options.map(({ number, words: option }) => ({ number, words: said(option) })),
    })),
  }
}

/** It changes with the picture, so that it can be kept for ever. */
function logoUrl({ publicUrl }: Deps, slug: string, { hash }: Logo): string {
  return `${publicUrl}/api/v1/campaigns/${slug}/logo/${hash}`
}

/** What a reader reads, best first: what the address asks for, then what the browser says. */
export function localesOf(acceptLanguage: string | undefined, asked?: string): string[] {
  const accepted = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '')
  return [...(asked ? [asked] : []), ...accepted].filter(Boolean)
}
