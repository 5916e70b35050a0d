import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { ownLocale } from '../pages/show.ts'
import { deviceOf } from './device.ts'
import { LIFETIME_DAYS } from './sessions.ts'
import type { Browser, SignedIn } from './signing-in.ts'

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

/** How long a browser is remembered as the one that asked. */
const ASKED_SECONDS = 3600

export function keepBrowser(deps: Deps, reply: FastifyReply, token: string): void {
  void reply.setCookie(cookieName(deps, 'sign-in'), token, { ...cookieOptions(deps), maxAge: ASKED_SECONDS })
}

/** A browser that signs in, by its cookies and its own words. */
export function browserOf(deps: Deps, request: FastifyRequest): Browser {
  return {
    token: request.cookies[cookieName(deps, 'sign-in')],
    session: sessionToken(deps, request),
    known: request.cookies[cookieName(deps, 'known')],
    device: deviceOf(request.headers['user-agent']),
    locale: ownLocale(request),
  }
}

const KNOWN_DAYS = 90

/** Remembers besides that she signed in with this browser: what others do to the limits of her address is no matter to it. */
export function keepSignedIn(deps: Deps, reply: FastifyReply, { session, known }: SignedIn): void {
  const maxAge = KNOWN_DAYS * 24 * 3600
  keepSession(deps, reply, session)
  void reply.clearCookie(cookieName(deps, 'sign-in'), cookieOptions(deps))
  void reply.setCookie(cookieName(deps, 'known'), known, { ...cookieOptions(deps), maxAge })
}
