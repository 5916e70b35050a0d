import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { App } from '../app.ts'
import { CaptchaProof } from '../captcha/contract.ts'
import { linkGate } from '../captcha/gates.ts'
import { LONGEST_TEXT } from '../contract.ts'
import { CampaignParams } from '../campaigns/contract.ts'
import { localesOf, showCampaign } from '../campaigns/routes.ts'
import type { Deps } from '../deps.ts'
import { campusStanding } from '../leaderboards/campus-standing.ts'
import { confirmPledge } from '../pledges/confirmation.ts'
import type { MyPledgeChange } from '../pledges/contract.ts'
import { showMyPledge } from '../pledges/held.ts'
import {
  askForMyPledgeLink,
  changeMyPledge,
  erasePledge,
  openMyPledge,
  withdrawPledge,
} from '../pledges/my-pledge.ts'
import { endSession, requireSession, startSession } from '../pledges/session.ts'
import { requireSameOrigin } from '../same-origin.ts'
import { refusalOf } from '../refusals.ts'
import type { ConfirmProps, MyPledgeLinkProps, MyPledgeProps } from './contract.ts'
import { ownLocale, shown, showPage } from './show.ts'
import { idsOf, Many, slugsOf } from './signing-form.ts'
import { refusedForm } from './waiting.ts'

const TokenParams = Type.Object({ token: Type.String({ maxLength: 500 }) })
const Text = Type.Optional(Type.String({ maxLength: LONGEST_TEXT }))
const LinkForm = Type.Object({ email: Text, captcha: Type.Optional(CaptchaProof) })
const ChangeForm = Type.Object({
  display: Text,
  name: Text,
  updates: Text,
  email: Text,
  campus: Text,
  clauses: Type.Optional(Many),
  shareWith: Type.Optional(Many),
})
type ChangeForm = Static<typeof ChangeForm>

/**
 * Pages behind the links of emails. GET changes nothing and shows nothing personal, since mail scanners open links and
 * keep what they see; a button posts.
 */
export function tokenPages(app: App, deps: Deps): void {
  confirmPages(app, deps)
  linkPages(app, deps)
  app.register(async (own: App) => {
    await own.register(cookie)
    myPledgePages(own, deps)
  })
}

function confirmPages(app: App, deps: Deps): void {
  const show = (request: FastifyRequest, reply: FastifyReply, step: ConfirmProps['step']) =>
    showPage(reply, 'confirm', { step, publicUrl: deps.publicUrl }, tokenFrame(request))

  const schema = { hide: true, params: TokenParams }
  app.get('/confirm/:token', { schema }, async (request, reply) => show(request, reply, { at: 'asking' }))
  app.post('/confirm/:token', { schema }, async (request, reply) => {
    const confirmed = await confirmedByLink(deps, request, request.params.token).catch(refusalOf)
    if ('confirmation' in confirmed) return await show(request, reply, { at: 'thanked', ...confirmed })
    return await show(request, reply.status(confirmed.status), { at: 'refused', refusal: shown(confirmed) })
  })
}

async function confirmedByLink(deps: Deps, request: FastifyRequest, token: string) {
  const confirmation = await confirmPledge(deps, { token })
  const campaign = await deps.campaigns.bySlug(confirmation.campaign)
  const domain = confirmation.campus?.campus
  const standing = domain && (await campusStanding(deps, campaign, domain))
  const locales = localesOf(request.headers['accept-language'], ownLocale(request))
  return {
    confirmation,
    campaign: await showCampaign(deps, campaign, locales),
    ...(standing && { standing }),
  }
}

function linkPages(app: App, deps: Deps): void {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    slug: string,
    step: MyPledgeLinkProps['step'],
  ) => {
    const known = await deps.campaigns.bySlug(slug)
    const locales = localesOf(request.headers['accept-language'], ownLocale(request))
    const campaign = await showCampaign(deps, known, locales)
    return await showPage(
      reply,
      'my-pledge-link',
      { campaign, step, publicUrl: deps.publicUrl },
      tokenFrame(request),
    )
  }

  const schema = { hide: true, params: CampaignParams }
  app.get('/c/:slug/my-pledge-links', { schema }, async (request, reply) => {
    const { slug } = request.params
    const captcha = await deps.captcha.waitToken(linkGate(await deps.campaigns.bySlug(slug)), request)
    return await show(request, reply, slug, { at: 'asking', ...(captcha && { captcha }) })
  })
  app.post('/c/:slug/my-pledge-links', { schema: { ...schema, body: LinkForm } }, async (request, reply) => {
    const { slug } = request.params
    const { email = '', captcha } = request.body
    const asked = { campaign: slug, email, locale: ownLocale(request), ...(captcha && { captcha }) }
    const asking = askForMyPledgeLink(deps, asked)
    const refusal = await asking.then(() => undefined, refusalOf)
    if (!refusal) return await show(request, reply.status(202), slug, { at: 'check-email' })
    const gate = linkGate(await deps.campaigns.bySlug(slug))
    const { shows, status } = await refusedForm(deps, refusal, { gate, asker: request, captcha })
    return await show(request, reply.status(status), slug, { at: 'asking', email, ...shows })
  })
}

function myPledgePages(app: App, deps: Deps): void {
  app.addHook('onRequest', requireSameOrigin(deps))
  const show = (request: FastifyRequest, reply: FastifyReply, step: MyPledgeProps['step']) =>
    showPage(reply, 'my-pledge', { step, publicUrl: deps.publicUrl }, tokenFrame(request))

  const schema = { hide: true, params: TokenParams }
  app.get('/my-pledge/:token', { schema }, async (request, reply) => show(request, reply, { at: 'asking' }))
  app.post('/my-pledge/:token', { schema }, async (request, reply) => {
    const opened = await openMyPledge(deps, request.params.token).catch(refusalOf)
    if (typeof opened !== 'string') {
      return await show(request, reply.status(opened.status), { at: 'refused', refusal: shown(opened) })
    }
    startSession(deps, reply, opened)
    return reply.redirect(`/my-pledge?locale=${ownLocale(request)}`, 303)
  })
  app.get('/my-pledge', { schema: { hide: true } }, async (request, reply) => {
    const pledge = await showMyPledge(deps, requireSession(deps, request))
    return await show(request, reply, { at: 'shown', pledge })
  })
  app.post('/my-pledge', { schema: { hide: true, body: ChangeForm } }, async (request, reply) => {
    const ticket = requireSession(deps, request)
    const changed = await changeMyPledge(deps, ticket, changeOf(request.body)).catch(refusalOf)
    if ('state' in changed)
      return await show(request, reply, { at: 'shown', pledge: changed, note: 'changed' })
    const pledge = await showMyPledge(deps, ticket)
    return await show(request, reply.status(changed.status), { at: 'shown', pledge, refusal: shown(changed) })
  })
  app.post('/my-pledge/withdrawal', { schema: { hide: true } }, async (request, reply) => {
    const { pledge, session } = await withdrawPledge(deps, requireSession(deps, request))
    startSession(deps, reply, session)
    return await show(request, reply, { at: 'shown', pledge, note: 'withdrawn' })
  })
  app.post('/my-pledge/erasure', { schema: { hide: true } }, async (request, reply) => {
    await erasePledge(deps, requireSession(deps, request))
    endSession(deps, reply)
    return await show(request, reply, { at: 'erased' })
  })
}

/** A form always says all of it: a box that is not ticked is not sent. */
function changeOf({ display, name, updates, email, campus, clauses, shareWith }: ChangeForm): MyPledgeChange {
  return {
    display: display === 'on',
    updates: updates === 'on',
    clauses: idsOf(clauses),
    shareWith: slugsOf(shareWith),
    ...(name && { name }),
    ...(email && { email }),
    ...(campus !== undefined && { campus }),
  }
}

function tokenFrame(request: FastifyRequest) {
  return { locale: ownLocale(request), theme: 'auto' as const }
}
