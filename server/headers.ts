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
