import { Type } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { allowMail, stopMail } from '../mail/stop-link.ts'
import { unsubscribe } from '../pledges/unsubscribing.ts'
import { expected } from '../refusals.ts'
import type { StopProps } from './contract.ts'
import { ownLocale, shown, showPage } from './show.ts'

const params = Type.Object({ token: Type.String({ maxLength: 500 }) })
const querystring = Type.Object({ undo: Type.Optional(Type.String({ maxLength: 20 })) })

/**
 * Pages that end mail. As behind all links of emails GET changes nothing and shows nothing personal; a button posts, or
 * the reader's mail program does (RFC 8058), which comes from anywhere and without a cookie.
 */
export async function stopPages(app: App, deps: Deps): Promise<void> {
  takeAnyBody(app)
  const show = (request: FastifyRequest, reply: FastifyReply, props: Omit<StopProps, 'publicUrl'>) =>
    showPage(
      reply,
      'stop',
      { ...props, publicUrl: deps.publicUrl },
      { locale: ownLocale(request), theme: 'auto' },
    )

  app.get('/unsubscribe/:token', { schema: { hide: true, params } }, async (request, reply) =>
    show(request, reply, { ends: 'updates', step: { at: 'asking' } }),
  )
  app.get('/stop-mail/:token', { schema: { hide: true, params } }, async (request, reply) =>
    show(request, reply, { ends: 'all', step: { at: 'asking' } }),
  )
  app.post('/unsubscribe/:token', { schema: { hide: true, params } }, async (request, reply) => {
    const step = await stepOf(unsubscribe(deps, request.params.token), 'stopped')
    return await show(request, reply.status(step.status), { ends: 'updates', step })
  })
  app.post('/stop-mail/:token', { schema: { hide: true, params, querystring } }, async (request, reply) => {
    const { token } = request.params
    const step = request.query.undo
      ? await stepOf(allowMail(deps, token), 'allowed')
      : await stepOf(stopMail(deps, token), 'stopped')
    return await show(request, reply.status(step.status), { ends: 'all', step })
  })
}

/** The address says all; mail programs post `List-Unsubscribe=One-Click` as a form of either kind. */
function takeAnyBody(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
}

async function stepOf(done: Promise<void>, at: 'stopped' | 'allowed') {
  const refusal = await done.then(() => undefined, expected)
  if (!refusal) return { at, status: 200 }
  return { at: 'refused' as const, refusal: shown(refusal), status: refusal.status }
}
