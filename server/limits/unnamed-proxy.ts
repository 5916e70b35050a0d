import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isIn } from './networks.ts'

const isPrivate = isIn(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', 'fc00::/7', '::1'])

/**
 * Says once that a proxy passes addresses on and is not believed. One in the open may be a visitor who forges the header:
 * of those nothing is said.
 */
export function tellOfUnnamedProxies(app: App, say: (line: string) => void): void {
  let isSaid = false
  // Asked of each request, whom a proxy speaks for costs more than all else that is looked at here.
  const believed = new Set<string | undefined>()
  app.addHook('onRequest', (request, _, done) => {
    if (isSaid || believed.has(request.socket.remoteAddress)) return done()
    if (isBelieved(request)) believed.add(request.socket.remoteAddress)
    else if (isDisbelieved(request)) {
      isSaid = true
      say(
        'A proxy at a private address sends X-Forwarded-For, and TRUST_PROXY does not name it: all its visitors share the limits of one.',
      )
    }
    done()
  })
}

/** Those alone that TRUST_PROXY names, so they are few. */
function isBelieved({ ip, socket }: FastifyRequest): boolean {
  return ip !== socket.remoteAddress
}

function isDisbelieved({ headers, ip, socket }: FastifyRequest): boolean {
  const isProxy = headers['x-forwarded-for'] !== undefined && ip === socket.remoteAddress
  return isProxy && isPrivate(ip)
}
