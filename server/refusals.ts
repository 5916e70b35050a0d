import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { bugOf } from './bugs.ts'
import { isDatabaseAway } from './db/db.ts'
import type { Problem } from './contract.ts'
import { Refusal, type RefusalCode } from './refusal.ts'

/** What Fastify itself refuses, in our codes. */
const fastifyCodes: Record<string, RefusalCode> = {
  FST_ERR_VALIDATION: 'invalid-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_BAD_URL: 'not-found',
}

const RETRY_AFTER_SECONDS = 5

/** Whatever went wrong, as a refusal; what a stranger may know of a bug is that it is ours. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (isDatabaseAway(error)) {
    const detail = 'The database cannot be reached. Nothing was saved; try again in a few seconds.'
    return new Refusal('database-away', detail, { retryAfter: RETRY_AFTER_SECONDS })
  }
  const { code, statusCode, validation, message } = error as Partial<FastifyError>
  const known = fastifyCodes[code ?? '']
  if (known) return new Refusal(known, message ?? '', { field: fieldOf(validation) })
  if (error instanceof SyntaxError && statusCode === 400)
    return new Refusal('malformed-json', 'That is not JSON.')
  return new Refusal('internal', 'Something went wrong on our side. Nothing was saved; try again.')
}

/** A refusal is shown on a page; a bug goes on to the error handler. */
export function expected(error: unknown): Refusal {
  const refusal = refusalOf(error)
  if (refusal.code === 'internal') throw error
  return refusal
}

function fieldOf(validation: FastifyError['validation']): string | undefined {
  const [first] = validation ?? []
  const missing = (first?.params as { missingProperty?: string } | undefined)?.missingProperty
  return missing ?? (first?.instancePath.split('/')[1] || undefined)
}

export function problemOf(refusal: Refusal): Problem {
  const { code, status, title, message, field } = refusal
  return { type: `urn:estamos:${code}`, title, status, code, detail: message, ...(field && { field }) }
}

type SendPage = (refusal: Refusal, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** One handler for all that is refused: a problem document (RFC 9457), or the page that a person sees. */
export function answerRefusals(app: App, sendPage: SendPage): void {
  const send = async (
    refusal: Refusal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    void reply.status(refusal.status).header('cache-control', 'no-store')
    if (refusal.retryAfter) void reply.header('retry-after', refusal.retryAfter)
    if (isForPeople(request)) return await sendPage(refusal, request, reply)
    const body = JSON.stringify(problemOf(refusal))
    return reply
      .type('application/problem+json')
      .serializer((said: string) => said)
      .send(body)
  }
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') request.log.error({ route: request.routeOptions.url, bug: bugOf(error) })
    return send(refusal, request, reply)
  })
  app.setNotFoundHandler((request, reply) =>
    send(new Refusal('not-found', 'There is nothing at this address.'), request, reply),
  )
}

function isForPeople({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}
