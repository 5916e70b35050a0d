import type { App } from './app.ts'
import type { Deps } from './deps.ts'

/** Every answer starts from these; a route opens what it needs, and says so where it does. */
const denied = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const ONE_YEAR_SECONDS = 31_536_000

export function denyByDefault(app: App, { publicUrl }: Deps): void {
  const isHttps = publicUrl.startsWith('https:')
  const headers = {
    ...denied,
    ...(isHttps && { 'strict-transport-security': `max-age=${ONE_YEAR_SECONDS}` }),
  }
  app.addHook('onRequest', (_, reply, done) => {
    void reply.headers(headers)
    done()
  })
}

const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
}

/** Any page may read what these routes answer, and ask beforehand; never with a signer's cookie. */
export function openToAnyPage(app: App): void {
  app.addHook('onRequest', (_, reply, done) => {
    void reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('access-control-allow-origin', '*')
    done()
  })
  app.options('*', { schema: { hide: true } }, async (_, reply) =>
    reply.status(204).headers(preflight).send(),
  )
}
