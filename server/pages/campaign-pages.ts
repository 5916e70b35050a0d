import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { App } from '../app.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import { CampaignParams, Locale } from '../campaigns/contract.ts'
import { localesOf, showCampaign } from '../campaigns/routes.ts'
import type { Deps } from '../deps.ts'
import { cacheControl } from '../doors.ts'
import { isDatabaseAway } from '../db/db.ts'
import { campusStanding } from '../leaderboards/campus-standing.ts'
import { CampusParams, type CampusStanding } from '../leaderboards/contract.ts'
import { Source } from '../pledges/contract.ts'
import type { SigningStep, Theme } from './contract.ts'
import { showPage } from './show.ts'
import {
  confirmedStep,
  ConfirmationForm,
  PledgeForm,
  ReceiptForm,
  receiptStep,
  signedStep,
} from './signing-form.ts'

const EmbedQuery = Type.Object({
  view: Type.Optional(Type.Enum(['pledge', 'leaderboard', 'counter'])),
  locale: Type.Optional(Locale),
  theme: Type.Optional(Type.Enum(['auto', 'light', 'dark'])),
  source: Type.Optional(Source),
})
type EmbedQuery = Static<typeof EmbedQuery>

/** What a page shows besides the step its signer is at. */
interface Asked extends EmbedQuery {
  slug: string
  /** The campus that the address of the page names. */
  domain?: string
  isWholePage: boolean
}

/** `/c/…` for people, `/embed/…` for frames: the same components, and the same forms without JavaScript. */
export function campaignPages(app: App, deps: Deps): void {
  for (const [base, isWholePage] of [
    ['/c', true],
    ['/embed', false],
  ] as const) {
    const querystring = EmbedQuery
    app.get(
      `${base}/:slug`,
      { preHandler: keepNoMadeUpQuery, schema: { hide: true, params: CampaignParams, querystring } },
      async (request, reply) =>
        showAsked(deps, request, reply, { ...request.query, ...request.params, isWholePage }),
    )
    app.get(
      `${base}/:slug/:domain`,
      { preHandler: keepNoMadeUpQuery, schema: { hide: true, params: CampusParams, querystring } },
      async (request, reply) =>
        showAsked(deps, request, reply, { ...request.query, ...request.params, isWholePage }),
    )
    app.post(
      `${base}/:slug/pledges`,
      { schema: { hide: true, params: CampaignParams, body: PledgeForm } },
      async (request, reply) => {
        const campaign = await deps.campaigns.bySlug(request.params.slug)
        const locales = localesOf(request.headers['accept-language'])
        const { step, status } = await signedStep(deps, campaign, request.body, { locales, ip: request.ip })
        const asked = askedBy(deps, request.body, request.params.slug, isWholePage)
        return await showStep(deps, request, reply.status(status), { asked, campaign, step })
      },
    )
    app.post(
      `${base}/:slug/confirmations`,
      { schema: { hide: true, params: CampaignParams, body: ConfirmationForm } },
      async (request, reply) => {
        const campaign = await deps.campaigns.bySlug(request.params.slug)
        const { step, status } = await confirmedStep(deps, campaign, request.body, request)
        const asked = askedBy(deps, request.body, request.params.slug, isWholePage)
        return await showStep(deps, request, reply.status(status), { asked, campaign, step })
      },
    )
    // A POST, so that the address stands in no URL.
    app.post(
      `${base}/:slug/receipts`,
      { schema: { hide: true, params: CampaignParams, body: ReceiptForm } },
      async (request, reply) => {
        const campaign = await deps.campaigns.bySlug(request.params.slug)
        const { step, status } = await receiptStep(deps, request.body)
        const asked = askedBy(deps, request.body, request.params.slug, isWholePage)
        return await showStep(deps, request, reply.status(status), { asked, campaign, step })
      },
    )
  }
}

/** Sites hang queries of their own on to links. A cache that kept a page for each would be filled by whoever makes them up. */
async function keepNoMadeUpQuery({ query }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const isMadeUp = Object.keys(query as object).some((name) => !(name in EmbedQuery.properties))
  if (isMadeUp) void reply.header('cache-control', cacheControl.never)
}

async function showAsked(deps: Deps, request: FastifyRequest, reply: FastifyReply, asked: Asked) {
  const campaign = await deps.campaigns.bySlug(asked.slug)
  const { view = 'pledge' } = asked
  if (asked.isWholePage || view === 'pledge') {
    return await showStep(deps, request, reply, { asked, campaign, step: { at: 'asking' } })
  }
  const props = await commonProps(deps, request, asked, campaign)
  return await showPage(
    reply,
    'leaderboard',
    { ...props, view },
    frameOf(asked, campaign, props.campaign.locale),
  )
}

interface Step {
  asked: Asked
  campaign: Campaign
  step: SigningStep
}

async function showStep(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { asked, campaign, step }: Step,
) {
  const { isWholePage, source } = asked
  const common = await commonProps(deps, request, asked, campaign)
  const props = { ...common, step, isWholePage, ...(source && { source }) }
  return await showPage(reply, 'pledge', props, frameOf(asked, campaign, common.campaign.locale))
}

async function commonProps(deps: Deps, { headers }: FastifyRequest, asked: Asked, campaign: Campaign) {
  const locales = localesOf(headers['accept-language'], asked.locale)
  const { leaderboard } = await deps.leaderboards.of(campaign.id)
  return {
    campaign: await showCampaign(deps, campaign, locales),
    leaderboard,
    ...(asked.domain && { standing: await standingIfThere(deps, campaign, asked.domain) }),
    publicUrl: deps.publicUrl,
  }
}

/** While the database is away a page goes without it, so that a form can still be shown with what was typed. */
async function standingIfThere(
  deps: Deps,
  campaign: Campaign,
  domain: string,
): Promise<CampusStanding | undefined> {
  return await campusStanding(deps, campaign, domain).catch((error: unknown) => {
    if (isDatabaseAway(error)) return undefined
    throw error
  })
}

function frameOf({ theme = 'auto', isWholePage }: Asked, campaign: Campaign, locale: string) {
  return { locale, theme, accent: campaign.theme.accent, isFramed: !isWholePage }
}

/** What a form carries along of the page it stands on; what it could not have come from is left out. */
function askedBy(
  { campuses }: Deps,
  form: PledgeForm | ConfirmationForm | ReceiptForm,
  slug: string,
  isWholePage: boolean,
): Asked {
  return {
    slug,
    isWholePage,
    ...(form.page && campuses.byDomain(form.page) && { domain: form.page }),
    ...(form.locale && { locale: form.locale }),
    ...(form.source && { source: form.source }),
    ...(isTheme(form.theme) && { theme: form.theme }),
  }
}

function isTheme(value: string | undefined): value is Theme {
  return value === 'light' || value === 'dark'
}
