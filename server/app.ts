import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifySchema,
  type RawServerDefault,
} from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { auditRoutes } from './audit/routes.ts'
import { campaignConsoleRoutes } from './campaigns/console-routes.ts'
import { publicLogoRoute } from './campaigns/logo-routes.ts'
import { campaignRoutes } from './campaigns/routes.ts'
import { captchaRoutes, consoleCaptchaRoute } from './captcha/routes.ts'
import { coalitionRoutes } from './coalitions/routes.ts'
import { campusRoutes } from './campuses/routes.ts'
import { contactRoutes } from './contacts/routes.ts'
import type { Config } from './config.ts'
import { Nothing } from './contract.ts'
import { dashboardRoutes } from './dashboards/routes.ts'
import type { Deps } from './deps.ts'
import { exclusionRoutes } from './exclusions/routes.ts'
import { requireDoors } from './doors.ts'
import { answerPreflights, denyByDefault, deniedEverywhere } from './headers.ts'
import { exportRoutes } from './exports/routes.ts'
import { healthRoutes } from './health.ts'
import { importRoutes } from './imports/routes.ts'
import { readyBefore } from './keys/contact-keys.ts'
import { leaderboardRoutes } from './leaderboards/routes.ts'
import { type Limits, serverOptions, usual } from './limits/connections.ts'
import { limitRequests } from './limits/limiting.ts'
import { isIn } from './limits/networks.ts'
import { refuseNoRequest } from './limits/no-request.ts'
import { limitPeers } from './limits/peers.ts'
import { whoSaidNothing } from './limits/silent.ts'
import { logOptions, logRequests } from './logging.ts'
import { mailConsoleRoutes, providerRoutes, receiptRoutes } from './mail/routes.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { accountRoutes } from './organizers/account-routes.ts'
import { guard } from './organizers/guard.ts'
import { organizerRoutes } from './organizers/routes.ts'
import { switchRoutes } from './switches/routes.ts'
import { updateRoutes } from './updates/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { showRefusedPage } from './pages/show.ts'
import { pledgeRoutes } from './pledges/routes.ts'
import { answerRefusals, refuseUnreadable } from './refusals.ts'

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The whole server on a page: what it takes in, what it refuses, and every route by its noun. */
export async function buildApp(
  deps: Deps,
  config: Pick<Config, 'trustProxy' | 'limits' | 'log'>,
  limits: Limits = usual,
): Promise<App> {
  const isProxy = isIn(config.trustProxy)
  const app = Fastify({
    ...serverOptions(limits),
    trustProxy: config.trustProxy.length > 0 && isProxy,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: refuseUnreadable(deniedEverywhere(deps.publicUrl)),
    clientErrorHandler: refuseNoRequest(deniedEverywhere(deps.publicUrl)),
    forceCloseConnections: 'idle' as const,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
    ...logOptions(config),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = limits.connections
  const silent = whoSaidNothing(app.server)
  app.addHook('preClose', async () => silent.hangUp())
  limitPeers(app.server, { most: limits.connectionsOfOne, isProxy })
  logRequests(app, config)
  app.addHook('onRequest', readyBefore(deps))
  requireDoors(app)
  denyByDefault(app, deps)
  await limitRequests(app, deps, config.limits)
  answerRefusals(app, showRefusedPage(deps.publicUrl))
  // Calls take JSON alone; forms are for pages.
  app.removeContentTypeParser('text/plain')
  await app.register(swagger, { openapi, transform: withoutNothing })
  await app.register(api(deps, limits))
  await app.register(consoleApi(deps), { prefix: '/api/v1/console' })
  await app.register(async (calls: App) => providerRoutes(calls, deps))
  await app.register(async (pages: App) => pageRoutes(pages, deps))
  return app
}

/** The public contract: any page may read it, and none with a signer's cookie. */
function api(deps: Deps, limits: Limits) {
  return async (app: App): Promise<void> => {
    answerPreflights(app)
    healthRoutes(app, deps)
    campaignRoutes(app, deps)
    publicLogoRoute(app, deps)
    captchaRoutes(app, deps)
    campusRoutes(app, deps)
    leaderboardRoutes(app, deps, limits)
    pledgeRoutes(app, deps)
    receiptRoutes(app, deps)
    openapiRoute(app)
  }
}

/** The document of all routes, which is serialized once. */
function openapiRoute(app: App): void {
  let document: string | undefined
  app.get(
    '/api/openapi.json',
    { schema: { hide: true, produces: ['application/json'] } },
    async (_request, reply) => {
      document ??= JSON.stringify(app.swagger())
      return reply.type('application/json; charset=utf-8').send(document)
    },
  )
}

/** The organizers' part: with an organizer's cookie, from our own pages, each route as `organizers/access.ts` says. */
function consoleApi(deps: Deps) {
  return async (app: App): Promise<void> => {
    await app.register(cookie)
    guard(app, deps)
    organizerRoutes(app, deps)
    consoleCaptchaRoute(app, deps)
    accountRoutes(app, deps)
    coalitionRoutes(app, deps)
    dashboardRoutes(app, deps)
    organizationRoutes(app, deps)
    auditRoutes(app, deps)
    contactRoutes(app, deps)
    campaignConsoleRoutes(app, deps)
    exportRoutes(app, deps)
    exclusionRoutes(app, deps)
    importRoutes(app, deps)
    updateRoutes(app, deps)
    mailConsoleRoutes(app, deps)
    switchRoutes(app, deps)
  }
}

/** That a route takes no body is said by leaving it out. */
function withoutNothing({ schema, url }: { schema: FastifySchema; url: string }) {
  const { body, ...others } = schema
  return { url, schema: body === Nothing ? others : schema }
}

const openapi = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Estamos',
    version: '1',
    description: 'Pledge drives. Errors are RFC 9457 problem details; programs read `code`.',
    license: { name: 'AGPL-3.0-or-later' },
  },
}
