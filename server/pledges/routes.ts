import cookie from '@fastify/cookie'
import type { App } from '../app.ts'
import { localesOf } from '../campaigns/routes.ts'
import { CampaignParams } from '../campaigns/contract.ts'
import type { Deps } from '../deps.ts'
import { confirmPledge } from './confirmation.ts'
import {
  Confirmation,
  ConfirmationRequest,
  MyPledge,
  MyPledgeChange,
  MyPledgeLinkReceipt,
  MyPledgeLinkRequest,
  MyPledgeSessionRequest,
  PledgeReceipt,
  PledgeRequest,
} from './contract.ts'
import { showMyPledge } from './held.ts'
import { askForMyPledgeLink, changeMyPledge, erasePledge, openMyPledge, withdrawPledge } from './my-pledge.ts'
import { makePledge } from './pledge.ts'
import { requireSameOrigin } from '../same-origin.ts'
import { endSession, requireSession, startSession } from './session.ts'
import { Done } from '../contract.ts'

export function pledgeRoutes(app: App, deps: Deps): void {
  app.post(
    '/api/v1/campaigns/:slug/pledges',
    { schema: { params: CampaignParams, body: PledgeRequest, response: { 202: PledgeReceipt } } },
    async (request, reply) => {
      const campaign = await deps.campaigns.bySlug(request.params.slug)
      const locales = localesOf(request.headers['accept-language'])
      return reply.status(202).send(await makePledge(deps, campaign, request.body, locales))
    },
  )
  app.post(
    '/api/v1/confirmations',
    { schema: { body: ConfirmationRequest, response: { 200: Confirmation } } },
    async (request) => await confirmPledge(deps, request.body),
  )
  app.post(
    '/api/v1/my-pledge-links',
    { schema: { body: MyPledgeLinkRequest, response: { 202: MyPledgeLinkReceipt } } },
    async (request, reply) => {
      await askForMyPledgeLink(deps, request.body)
      return reply.status(202).send({ status: 'check-your-email' })
    },
  )
  app.register(async (own: App) => {
    await own.register(cookie)
    myPledgeRoutes(own, deps)
  })
}

/** The signer's own part: with her cookie, from our own pages. */
function myPledgeRoutes(app: App, deps: Deps): void {
  app.addHook('onRequest', requireSameOrigin(deps))
  app.post(
    '/api/v1/my-pledge-sessions',
    { schema: { body: MyPledgeSessionRequest, response: Done } },
    async (request, reply) => {
      startSession(deps, reply, await openMyPledge(deps, request.body.token))
      return reply.status(204).send()
    },
  )
  app.get('/api/v1/my-pledge', { schema: { response: { 200: MyPledge } } }, async (request) =>
    showMyPledge(deps, requireSession(deps, request)),
  )
  app.patch(
    '/api/v1/my-pledge',
    { schema: { body: MyPledgeChange, response: { 200: MyPledge } } },
    async (request) => await changeMyPledge(deps, requireSession(deps, request), request.body),
  )
  app.post(
    '/api/v1/my-pledge/withdrawal',
    { schema: { response: { 200: MyPledge } } },
    async (request, reply) => {
      const { pledge, session } = await withdrawPledge(deps, requireSession(deps, request))
      startSession(deps, reply, session)
      return pledge
    },
  )
  app.delete('/api/v1/my-pledge', { schema: { response: Done } }, async (request, reply) => {
    await erasePledge(deps, requireSession(deps, request))
    endSession(deps, reply)
    return reply.status(204).send()
  })
}
