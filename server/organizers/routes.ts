import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import {
  Me,
  PasskeyChallenge,
  PasskeyResetReceipt,
  PasskeyStop,
  SessionRequest,
  SignInLink,
  SignInLinkReceipt,
  SignInLinkRequest,
  SignInOffer,
  UsedPasskey,
} from './contract.ts'
import { browserOf, forgetSession, keepBrowser, keepSignedIn } from './cookie.ts'
import { actor } from './guard.ts'
import { askForLink } from './links.ts'
import { showMe } from './me.ts'
import { beginSignIn } from './passkey-use.ts'
import { askForReset } from './passkey-resets.ts'
import { stopFirstPasskey } from './passkey-stops.ts'
import { newToken } from './sessions.ts'
import { showOffer, signInByLink, signInByPasskey, signOut } from './signing-in.ts'
import { Done } from '../contract.ts'

export function organizerRoutes(app: App, deps: Deps): void {
  app.get('/session', { schema: { response: { 200: Me } } }, async (request) => showMe(deps, actor(request)))
  app.delete('/session', { schema: { response: Done } }, async (request, reply) => {
    await signOut(deps, actor(request))
    forgetSession(deps, reply)
    // Not "cookies": that would take along those of every other site under the same domain.
    return reply.header('clear-site-data', '"cache", "storage"').status(204).send()
  })
  linkRoutes(app, deps)
  passkeyRoutes(app, deps)
}

function linkRoutes(app: App, deps: Deps): void {
  app.post(
    '/sign-in-links',
    { schema: { body: SignInLinkRequest, response: { 202: SignInLinkReceipt } } },
    async (request, reply) => {
      const browser = newToken()
      const { known, locale } = browserOf(deps, request)
      const { email, captcha } = request.body
      await askForLink(deps, { email, browser, known, locale, captcha })
      keepBrowser(deps, reply, browser)
      return reply.status(202).send({ status: 'check-your-email' })
    },
  )
  app.post(
    '/sign-in-offers',
    { schema: { body: SignInLink, response: { 200: SignInOffer } } },
    async (request) => await showOffer(deps, request.body.link, browserOf(deps, request)),
  )
  app.post('/sessions', { schema: { body: SessionRequest, response: Done } }, async (request, reply) => {
    keepSignedIn(deps, reply, await signInByLink(deps, request.body, browserOf(deps, request)))
    return reply.status(204).send()
  })
  app.post(
    '/passkey-resets',
    { schema: { body: SignInLink, response: { 202: PasskeyResetReceipt } } },
    async (request, reply) => {
      const { token: browser } = browserOf(deps, request)
      return reply.status(202).send(await askForReset(deps, { link: request.body.link, browser }))
    },
  )
}

function passkeyRoutes(app: App, deps: Deps): void {
  app.post('/passkey-stops', { schema: { body: PasskeyStop, response: Done } }, async (request, reply) => {
    await stopFirstPasskey(deps, request.body.token)
    return reply.status(204).send()
  })
  app.post(
    '/sign-in-challenges',
    { schema: { response: { 200: PasskeyChallenge } } },
    async (request, reply) => {
      const browser = browserOf(deps, request).token ?? newToken()
      keepBrowser(deps, reply, browser)
      return await beginSignIn(deps, browser)
    },
  )
  app.post('/passkey-sessions', { schema: { body: UsedPasskey, response: Done } }, async (request, reply) => {
    keepSignedIn(deps, reply, await signInByPasskey(deps, request.body, browserOf(deps, request)))
    return reply.status(204).send()
  })
}
