import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { LIFETIME_DAYS } from './sessions.ts'

/** `__Host-` wants https, which a server on one's own machine does not have. */
function cookieName({ publicUrl }: Deps, name: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name
}

function cookieOptions({ publicUrl }: Deps): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: publicUrl.startsWith('https:') }
}

export function sessionToken(deps: Deps, request: FastifyRequest): string | undefined {
  return request.cookies[cookieName(deps, 'organizer')]
}

export function keepSession(deps: Deps, reply: FastifyReply, token: string): void {
  const maxAge = LIFETIME_DAYS * 24 * 3600
  void reply.setCookie(cookieName(deps, 'organizer'), token, { ...cookieOptions(deps), maxAge })
}

export function forgetSession(deps: Deps, reply: FastifyReply): void {
  void reply.clearCookie(cookieName(deps, 'organizer'), cookieOptions(deps))
}
