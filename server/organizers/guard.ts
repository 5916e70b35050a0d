import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { requireSameOrigin } from '../same-origin.ts'
import { type Access, accessOf } from './access.ts'
import {
  type Actor,
  actorOf,
  type CampaignMember,
  campaignMemberOf,
  type Member,
  memberOf,
  requireFresh,
} from './actor.ts'
import { sessionToken } from './cookie.ts'
import { sessionOf } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard, as far as the route's row in the table asks for it. */
    actor: Actor | Member | CampaignMember | undefined
  }
}

/** Lets nobody past who may not: every route registered in `app` after it must have a row in the table of access. */
export function guard(app: App, deps: Deps): void {
  app.decorateRequest('actor', undefined)
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) accessOf(one, url)
  })
  app.addHook('onRequest', requireSameOrigin(deps))
  app.addHook('onRequest', async (request) => {
    const needed = accessOf(request.method, request.routeOptions.url ?? '')
    if (needed.role === 'nobody') return
    const token = sessionToken(deps, request)
    const session = token ? await sessionOf(deps.db, token, deps.now()) : undefined
    const actor = await admitted(deps, actorOf(session), needed, request)
    if (needed.fresh) requireFresh(actor, deps.now())
    request.actor = actor
  })
}

async function admitted(
  deps: Deps,
  actor: Actor,
  { role, partners }: Access,
  request: FastifyRequest,
): Promise<Actor> {
  if (role === 'nobody' || role === 'organizer') return actor
  const { campaign, organization } = request.params as { campaign?: string; organization?: string }
  if (campaign !== undefined)
    return await campaignMemberOf(deps, actor, campaign, { role, partners, ...worksFor(request) })
  if (organization !== undefined) return await memberOf(deps, actor, organization, role)
  throw new Error(`${request.routeOptions.url} asks for a role, and names neither organization nor campaign`)
}

/** Which of her organizations she works for on this campaign, where she says so. */
function worksFor({ headers }: FastifyRequest): { organization?: string } {
  const said = headers['estamos-organization']
  return typeof said === 'string' ? { organization: said } : {}
}

/** Who calls; the guard has let her in. */
export function actor({ actor }: FastifyRequest): Actor {
  if (!actor) throw new Error('a route that needs no session asks who calls')
  return actor
}

export function member({ actor }: FastifyRequest): Member {
  if (!actor || !('organization' in actor)) throw new Error('this route names no organization')
  return actor
}

export function campaignMember({ actor }: FastifyRequest): CampaignMember {
  if (!actor || !('campaign' in actor)) throw new Error('this route names no campaign')
  return actor
}
