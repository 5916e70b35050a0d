import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { endAllOthers, endOneSession, showAccount } from './account.ts'
import {
  Account,
  NewPasskey,
  PasskeyChallenge,
  PasskeyChange,
  PasskeyParams,
  RecoveryCodes,
  ResetParams,
  SessionParams,
  UsedPasskey,
} from './contract.ts'
import { keepSession } from './cookie.ts'
import { actor, member } from './guard.ts'
import { beginUse, usePasskey } from './passkey-use.ts'
import { approveReset, cancelOwnReset, cancelReset } from './passkey-resets.ts'
import { addPasskey, beginPasskey, removePasskey, renamePasskey } from './passkeys.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { Done } from '../contract.ts'

/** What an organizer does about her own account, and an owner about lost passkeys. */
export function accountRoutes(app: App, deps: Deps): void {
  app.get('/account', { schema: { response: { 200: Account } } }, async (request) =>
    showAccount(deps, actor(request)),
  )
  useRoutes(app, deps)
  passkeyRoutes(app, deps)
  sessionRoutes(app, deps)
  resetRoutes(app, deps)
}

function useRoutes(app: App, deps: Deps): void {
  app.post('/passkey-challenges', { schema: { response: { 200: PasskeyChallenge } } }, async (request) =>
    beginUse(deps, actor(request)),
  )
  app.post('/passkey-uses', { schema: { body: UsedPasskey, response: Done } }, async (request, reply) => {
    keepSession(deps, reply, await usePasskey(deps, actor(request), request.body))
    return reply.status(204).send()
  })
}

function passkeyRoutes(app: App, deps: Deps): void {
  app.post('/new-passkey-challenges', { schema: { response: { 200: PasskeyChallenge } } }, async (request) =>
    beginPasskey(deps, actor(request)),
  )
  app.post('/passkeys', { schema: { body: NewPasskey, response: Done } }, async (request, reply) => {
    keepSession(deps, reply, await addPasskey(deps, actor(request), request.body))
    return reply.status(204).send()
  })
  app.patch(
    '/passkeys/:passkey',
    { schema: { params: PasskeyParams, body: PasskeyChange, response: Done } },
    async (request, reply) => {
      await renamePasskey(deps, actor(request), request.params.passkey, request.body.name)
      return reply.status(204).send()
    },
  )
  app.delete(
    '/passkeys/:passkey',
    { schema: { params: PasskeyParams, response: Done } },
    async (request, reply) => {
      await removePasskey(deps, actor(request), request.params.passkey)
      return reply.status(204).send()
    },
  )
  app.post('/recovery-codes', { schema: { response: { 201: RecoveryCodes } } }, async (request, reply) =>
    reply.status(201).send({ codes: await makeRecoveryCodes(deps, actor(request)) }),
  )
}

function sessionRoutes(app: App, deps: Deps): void {
  app.delete('/sessions', { schema: { response: Done } }, async (request, reply) => {
    await endAllOthers(deps, actor(request))
    return reply.status(204).send()
  })
  app.delete(
    '/sessions/:session',
    { schema: { params: SessionParams, response: Done } },
    async (request, reply) => {
      await endOneSession(deps, actor(request), Number(request.params.session))
      return reply.status(204).send()
    },
  )
}

function resetRoutes(app: App, deps: Deps): void {
  app.delete('/passkey-reset', { schema: { response: Done } }, async (request, reply) => {
    await cancelOwnReset(deps, actor(request))
    return reply.status(204).send()
  })
  const params = { schema: { params: ResetParams, response: Done } }
  const one = '/organizations/:organization/passkey-resets/:organizer'
  app.post(`${one}/approval`, params, async (request, reply) => {
    await approveReset(deps, member(request), Number(request.params.organizer))
    return reply.status(204).send()
  })
  app.delete(one, params, async (request, reply) => {
    await cancelReset(deps, member(request), Number(request.params.organizer))
    return reply.status(204).send()
  })
}
