import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { browserOf, keepSignedIn } from '../organizers/cookie.ts'
import { member } from '../organizers/guard.ts'
import { acceptInvitation, previewInvitation } from './accepting.ts'
import {
  Accepted,
  HandOver,
  InvitationAcceptance,
  InvitationLink,
  InvitationParams,
  InvitationPreview,
  InvitationRequest,
  MemberParams,
  Organization,
  OrganizationChange,
  OrganizationParams,
  RoleChange,
} from './contract.ts'
import { cancelInvitation, invite, inviteAgain } from './invitations.ts'
import { changeRole, handOver, leave, removeMember } from './members.ts'
import { changeOrganization } from './organization.ts'
import { showOrganization } from './showing.ts'
import { Done } from '../contract.ts'

export function organizationRoutes(app: App, deps: Deps): void {
  const at = '/organizations/:organization'
  const answer = { 200: Organization }

  app.get(at, { schema: { params: OrganizationParams, response: answer } }, async (request) =>
    showOrganization(deps, member(request)),
  )
  app.patch(
    at,
    { schema: { params: OrganizationParams, body: OrganizationChange, response: answer } },
    async (request) => {
      await changeOrganization(deps, member(request), request.body)
      return await showOrganization(deps, member(request))
    },
  )
  app.patch(
    `${at}/members/:organizer`,
    { schema: { params: MemberParams, body: RoleChange, response: answer } },
    async (request) => {
      await changeRole(deps, member(request), Number(request.params.organizer), request.body.role)
      return await showOrganization(deps, member(request))
    },
  )
  app.delete(
    `${at}/members/:organizer`,
    { schema: { params: MemberParams, response: Done } },
    async (request, reply) => {
      await removeMember(deps, member(request), Number(request.params.organizer))
      return reply.status(204).send()
    },
  )
  app.delete(
    `${at}/membership`,
    { schema: { params: OrganizationParams, response: Done } },
    async (request, reply) => {
      await leave(deps, member(request))
      return reply.status(204).send()
    },
  )
  app.post(
    `${at}/hand-over`,
    { schema: { params: OrganizationParams, body: HandOver, response: answer } },
    async (request) => {
      await handOver(deps, member(request), request.body.to)
      return await showOrganization(deps, member(request))
    },
  )
  app.register(async (invitations: App) => invitationRoutes(invitations, deps))
}

function invitationRoutes(app: App, deps: Deps): void {
  const at = '/organizations/:organization/invitations'
  const answer = { 200: Organization }

  app.post(
    at,
    { schema: { params: OrganizationParams, body: InvitationRequest, response: answer } },
    async (request) => {
      await invite(deps, member(request), request.body)
      return await showOrganization(deps, member(request))
    },
  )
  app.post(
    `${at}/:invitation/letters`,
    { schema: { params: InvitationParams, response: answer } },
    async (request) => {
      await inviteAgain(deps, member(request), Number(request.params.invitation))
      return await showOrganization(deps, member(request))
    },
  )
  app.delete(
    `${at}/:invitation`,
    { schema: { params: InvitationParams, response: Done } },
    async (request, reply) => {
      await cancelInvitation(deps, member(request), Number(request.params.invitation))
      return reply.status(204).send()
    },
  )
  app.post(
    '/invitation-previews',
    { schema: { body: InvitationLink, response: { 200: InvitationPreview } } },
    async (request) => await previewInvitation(deps, request.body.token),
  )
  app.post(
    '/invitation-acceptances',
    { schema: { body: InvitationAcceptance, response: { 200: Accepted } } },
    async (request, reply) => {
      const { accepted, signedIn } = await acceptInvitation(deps, request.body, browserOf(deps, request))
      if (signedIn) keepSignedIn(deps, reply, signedIn)
      return accepted
    },
  )
}
