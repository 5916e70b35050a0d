import { getSubdomain } from 'tldts'
import type { App } from './app.ts'
import { Done } from './contract.ts'
import { cacheControl, type Door, doorOf } from './doors.ts'
import type { Deps } from './deps.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Made once, at the start, of the route's row in the table of doors. */
    headers?: Headers
  }
}

type Headers = Record<string, string>

/** What no page of ours needs, and no frame in one. The console copies, campaign pages share, and passkeys are ours. */
const closed = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
]
const ours = ['clipboard-write', 'publickey-credentials-create', 'publickey-credentials-get', 'web-share']

const nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Every answer starts from these; a route opens what its row in the table of doors says, and a page its policy. */
const denied: Headers = {
  'cache-control': cacheControl.never,
  'content-security-policy': `${nothing}; sandbox`,
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': [...closed.map((name) => `${name}=()`), ...ours.map((name) => `${name}=(self)`)].join(
    ', ',
  ),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const ONE_YEAR_SECONDS = 31_536_000

/** For every route registered in `app` from here on, and for addresses where there is nothing. */
export function denyByDefault(app: App, { publicUrl }: Deps): void {
  const everywhere = deniedEverywhere(publicUrl)
  app.addHook('onRoute', (route) => {
    const method = [route.method].flat()[0] ?? 'GET'
    route.config = { ...route.config, headers: { ...everywhere, ...opened(doorOf(method, route.url)) } }
  })
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(request.routeOptions.config.headers ?? everywhere)
    done()
  })
}

/** What every answer says that opens nothing. */
export function deniedEverywhere(publicUrl: string): Headers {
  return { ...denied, ...transportSecurity(publicUrl) }
}

/** At the name of a whole domain, what is below it may be somebody else's, and know no https. */
function transportSecurity(publicUrl: string): Headers {
  if (!publicUrl.startsWith('https:')) return {}
  const below = getSubdomain(publicUrl) ? '; includeSubDomains' : ''
  return { 'strict-transport-security': `max-age=${ONE_YEAR_SECONDS}${below}` }
}

function opened({ cache, readBy, hasFrames, hasWorkers }: Door): Headers {
  return {
    'cache-control': cacheControl[cache],
    ...(readBy === 'any page' && {
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': exposed,
    }),
    ...(hasWorkers && { 'content-security-policy': nothing }),
    ...(hasFrames && { 'cross-origin-embedder-policy': 'unsafe-none' }),
  }
}

/** What a page of others needs to ask no more than it must, and no sooner. */
const exposed = 'ETag, Retry-After'

const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
}

/** Any page may ask beforehand what it may do here. */
export function answerPreflights(app: App): void {
  app.options('/api/v1/*', { schema: { hide: true, response: Done } }, async (_, reply) =>
    reply.status(204).headers(preflight).send(),
  )
}
