import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { readSession } from './my-pledge.ts'
import type { Ticket } from './token.ts'

const LIFETIME_SECONDS = 15 * 60

/** `__Host-` wants https, which a server on one's own machine does not have. */
function cookieName({ publicUrl }: Deps): string {
  return publicUrl.startsWith('https:') ? '__Host-my-pledge' : 'my-pledge'
}

function cookieOptions({ publicUrl }: Deps): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: publicUrl.startsWith('https:') }
}

export function startSession(deps: Deps, reply: FastifyReply, session: string): void {
  void reply.setCookie(cookieName(deps), session, { ...cookieOptions(deps), maxAge: LIFETIME_SECONDS })
}

export function endSession(deps: Deps, reply: FastifyReply): void {
  void reply.clearCookie(cookieName(deps), cookieOptions(deps))
}

/** @throws Refusal `not-signed-in` */
export function requireSession(deps: Deps, request: FastifyRequest): Ticket {
  return readSession(deps, request.cookies[cookieName(deps)])
}
