import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { browserOf, keepSignedIn } from '../organizers/cookie.ts'
import { campaignMember } from '../organizers/guard.ts'
import { sessionOf } from '../organizers/sessions.ts'
import { approveRequest, declineRequest } from './chapter-decisions.ts'
import { showCoalition } from './coalition.ts'
import {
  Approval,
  ChapterRequestParams,
  Coalition,
  EmbedSettings,
  Joined,
  Joining,
  NewSource,
  PartnerInvitationLink,
  PartnerInvitationParams,
  PartnerInvitationPreview,
  PartnerInvitationRequest,
  PartnerParams,
  SourceParams,
  Sources,
} from './contract.ts'
import { embedSettings } from './embed-settings.ts'
import { joinCoalition, previewPartnerInvitation } from './joining.ts'
import { cancelPartnerInvitation, invitePartner, invitePartnerAgain } from './partner-invitations.ts'
import { leaveCoalition, removePartner } from './partners.ts'
import { registerSource, removeSource, showSources } from './sources.ts'
import { Done } from '../contract.ts'

const at = '/campaigns/:campaign'
const answer = { 200: Coalition }

export function coalitionRoutes(app: App, deps: Deps): void {
  const schema = { params: CampaignPath }

  app.get(`${at}/coalition`, { schema: { ...schema, response: answer } }, async (request) =>
    showCoalition(deps, campaignMember(request)),
  )
  app.delete(`${at}/partnership`, { schema: { ...schema, response: Done } }, async (request, reply) => {
    await leaveCoalition(deps, campaignMember(request))
    return reply.status(204).send()
  })
  app.delete(
    `${at}/partners/:partner`,
    { schema: { params: PartnerParams, response: answer } },
    async (request) => {
      await removePartner(deps, campaignMember(request), request.params.partner)
      return await showCoalition(deps, campaignMember(request))
    },
  )
  sourceRoutes(app, deps)
  partnerInvitationRoutes(app, deps)
  chapterRequestRoutes(app, deps)
}

function sourceRoutes(app: App, deps: Deps): void {
  const url = `${at}/sources`

  app.get(
    `${at}/embed`,
    { schema: { params: CampaignPath, response: { 200: EmbedSettings } } },
    async (request) => embedSettings(deps, campaignMember(request)),
  )
  app.get(url, { schema: { params: CampaignPath, response: { 200: Sources } } }, async (request) =>
    showSources(deps, campaignMember(request)),
  )
  app.post(
    url,
    { schema: { params: CampaignPath, body: NewSource, response: { 201: Sources } } },
    async (request, reply) => {
      await registerSource(deps, campaignMember(request), request.body)
      return reply.status(201).send(await showSources(deps, campaignMember(request)))
    },
  )
  app.delete(`${url}/:code`, { schema: { params: SourceParams, response: Done } }, async (request, reply) => {
    await removeSource(deps, campaignMember(request), request.params.code)
    return reply.status(204).send()
  })
}

function partnerInvitationRoutes(app: App, deps: Deps): void {
  const url = `${at}/partner-invitations`
  const ofOne = { params: PartnerInvitationParams, response: answer }

  app.post(
    url,
    { schema: { params: CampaignPath, body: PartnerInvitationRequest, response: answer } },
    async (request) => {
      await invitePartner(deps, campaignMember(request), request.body)
      return await showCoalition(deps, campaignMember(request))
    },
  )
  app.post(`${url}/:invitation/letters`, { schema: ofOne }, async (request) => {
    await invitePartnerAgain(deps, campaignMember(request), Number(request.params.invitation))
    return await showCoalition(deps, campaignMember(request))
  })
  app.delete(`${url}/:invitation`, { schema: ofOne }, async (request) => {
    await cancelPartnerInvitation(deps, campaignMember(request), Number(request.params.invitation))
    return await showCoalition(deps, campaignMember(request))
  })
  app.post(
    '/partner-invitation-previews',
    { schema: { body: PartnerInvitationLink, response: { 200: PartnerInvitationPreview } } },
    async (request) => {
      const { session } = await readerOf(deps, request)
      return await previewPartnerInvitation(deps, request.body.token, session)
    },
  )
  app.post(
    '/partner-invitation-acceptances',
    { schema: { body: Joining, response: { 200: Joined } } },
    async (request, reply) => {
      const reader = await readerOf(deps, request)
      const { joined, signedIn } = await joinCoalition(deps, request.body, reader)
      if (signedIn) keepSignedIn(deps, reply, signedIn)
      return joined
    },
  )
}

/** Who has the link may be signed in, or not. */
async function readerOf(deps: Deps, request: FastifyRequest) {
  const browser = browserOf(deps, request)
  const session = browser.session ? await sessionOf(deps.db, browser.session, deps.now()) : undefined
  return { session, browser }
}

function chapterRequestRoutes(app: App, deps: Deps): void {
  const url = `${at}/chapter-requests/:request`

  app.post(
    `${url}/approval`,
    { schema: { params: ChapterRequestParams, body: Approval, response: answer } },
    async (request) => {
      const approval = { id: Number(request.params.request), chapterName: request.body.chapterName }
      await approveRequest(deps, campaignMember(request), approval)
      return await showCoalition(deps, campaignMember(request))
    },
  )
  app.delete(url, { schema: { params: ChapterRequestParams, response: answer } }, async (request) => {
    await declineRequest(deps, campaignMember(request), Number(request.params.request))
    return await showCoalition(deps, campaignMember(request))
  })
}
