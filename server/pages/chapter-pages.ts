import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { App } from '../app.ts'
import { CaptchaProof } from '../captcha/contract.ts'
import { linkGate } from '../captcha/gates.ts'
import { openness } from '../campaigns/campaign.ts'
import { localesOf, showCampaign } from '../campaigns/routes.ts'
import type { Deps } from '../deps.ts'
import { askToLead, confirmRequest, hasChapter, showRequest } from '../coalitions/chapter-requests.ts'
import { CampusParams } from '../leaderboards/contract.ts'
import { LONGEST_TEXT } from '../contract.ts'
import { Refusal } from '../refusal.ts'
import { expected } from '../refusals.ts'
import type { ChapterRequestProps } from './contract.ts'
import { ownLocale, shown, showPage } from './show.ts'
import { refusedForm } from './waiting.ts'

const Text = Type.Optional(Type.String({ maxLength: LONGEST_TEXT }))
const AskingForm = Type.Object({
  email: Text,
  name: Text,
  /** What is too long for the form is refused by name, and stays typed. */
  about: Type.Optional(Type.String({ maxLength: 5_000 })),
  captcha: Type.Optional(CaptchaProof),
})
type AskingForm = Static<typeof AskingForm>
type Place = Static<typeof CampusParams>

const TokenParams = Type.Object({ token: Type.String({ maxLength: 500 }) })
/** The first press brings no field, and shows the request; the second one hands it on. */
const ConfirmingForm = Type.Union([Type.Object({ confirmed: Type.Optional(Text) }), Type.Null()])

/**
 * "Start a pledge at your school": a form, and the page behind the link that is mailed then. As on all such pages GET
 * changes nothing and shows nothing personal; a press shows what would be handed on, and another one hands it on.
 */
export function chapterPages(app: App, deps: Deps): void {
  const url = '/c/:slug/:domain/chapter-requests'
  const schema = { hide: true, params: CampusParams }

  app.get(url, { schema }, async (request, reply) => {
    const place = await placeOf(deps, request.params)
    if (!place) return leaveFor(reply, request.params)
    const captcha = await deps.captcha.waitToken(linkGate(place.campaign), request)
    return await show(deps, request, reply, {
      ...(await propsOf(deps, request, place)),
      step: { at: 'asking', ...(captcha && { captcha }) },
    })
  })
  app.post(url, { schema: { ...schema, body: AskingForm } }, async (request, reply) => {
    const place = await placeOf(deps, request.params)
    if (!place) return leaveFor(reply, request.params)
    const { email = '', name = '', about = '', captcha } = request.body
    const asking = { asking: { email, name, about, captcha }, locale: ownLocale(request) }
    const refusal = await askToLead(deps, place.campaign, place.campus, asking).then(
      () => undefined,
      expected,
    )
    const props = await propsOf(deps, request, place)
    if (!refusal)
      return await show(deps, request, reply.status(202), { ...props, step: { at: 'check-email' } })
    const sent = { gate: linkGate(place.campaign), asker: request, captcha }
    const { shows, status } = await refusedForm(deps, refusal, sent)
    const step = { at: 'asking' as const, typed: { email, name, about }, ...shows }
    return await show(deps, request, reply.status(status), { ...props, step })
  })
  confirmingPages(app, deps)
}

function confirmingPages(app: App, deps: Deps): void {
  const schema = { hide: true, params: TokenParams }

  app.get('/chapter-requests/:token', { schema }, async (request, reply) =>
    show(deps, request, reply, { step: { at: 'confirming' } }),
  )
  app.post(
    '/chapter-requests/:token',
    { schema: { ...schema, body: ConfirmingForm } },
    async (request, reply) => {
      const isConfirmed = request.body?.confirmed !== undefined
      const found = await (isConfirmed ? confirmRequest : showRequest)(deps, request.params.token).catch(
        expected,
      )
      if (found instanceof Refusal)
        return await show(deps, request, reply.status(found.status), {
          step: { at: 'refused', refusal: shown(found) },
        })
      const { name, about } = found
      return await show(deps, request, reply, {
        ...(await propsOf(deps, request, found)),
        step: isConfirmed ? { at: 'thanked' } : { at: 'reviewing', name, ...(about && { about }) },
      })
    },
  )
}

/** Undefined where there is nobody to be found any more: a chapter is there, or the campaign is over. */
async function placeOf(deps: Deps, { slug, domain }: Place) {
  const campaign = await deps.campaigns.bySlug(slug)
  const campus = deps.campuses.byDomain(domain)
  if (!campus) throw new Refusal('unknown-campus', 'There is no campus of this domain in the directory.')
  if (openness(campaign, deps.now()) === 'closed' || (await hasChapter(deps, campaign, campus)))
    return undefined
  return { campaign, campus }
}

function leaveFor(reply: FastifyReply, { slug, domain }: Place): FastifyReply {
  return reply.redirect(`/c/${slug}/${encodeURIComponent(domain)}`, 303)
}

async function propsOf(
  deps: Deps,
  request: FastifyRequest,
  { campaign, campus }: NonNullable<Awaited<ReturnType<typeof placeOf>>>,
) {
  const locales = localesOf(request.headers['accept-language'], ownLocale(request))
  return {
    campaign: await showCampaign(deps, campaign, locales),
    campus: { campus: campus.domain, name: campus.name },
  }
}

async function show(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  props: Omit<ChapterRequestProps, 'publicUrl'>,
): Promise<FastifyReply> {
  const frame = { locale: ownLocale(request), theme: 'auto' as const }
  return await showPage(reply, 'chapter-request', { ...props, publicUrl: deps.publicUrl }, frame)
}
