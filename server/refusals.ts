import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { bugOf } from './bugs.ts'
import { isDatabaseAway, isUnkeepable } from './db/db.ts'
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
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  FST_STATIC_FORBIDDEN_PATH: 'not-found',
}

const RETRY_AFTER_SECONDS = 5

/** Whatever went wrong, as a refusal; what a stranger may know of a bug is that it is ours. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (isDatabaseAway(error)) {
    const detail = 'The database cannot be reached. Nothing was saved; try again in a few seconds.'
    return new Refusal('database-away', detail, { retryAfter: RETRY_AFTER_SECONDS })
  }
  if (isUnkeepable(error)) return new Refusal('invalid-request', 'A text holds a zero byte: take it out.')
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

const OF_SHAPE = new Set(['required', 'additionalProperties', 'anyOf'])

/** Of a request that has one of two shapes, each shape has its own error: one about a value tells which was meant. */
function fieldOf(validation: FastifyError['validation'] = []): string | undefined {
  const first = validation.find(({ keyword }) => !OF_SHAPE.has(keyword)) ?? validation[0]
  const missing = (first?.params as { missingProperty?: string } | undefined)?.missingProperty
  return missing ?? (first?.instancePath.split('/')[1] || undefined)
}

export function problemOf(refusal: Refusal): Problem {
  const { code, status, title, message, field, addressDomain, sign } = refusal
  return {
    type: `urn:estamos:${code}`,
    title,
    status,
    code,
    detail: message,
    ...(field && { field }),
    ...(addressDomain && { addressDomain }),
    ...(sign && { sign }),
  }
}

type SendPage = (refusal: Refusal, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** One handler for all that is refused: a problem document (RFC 9457), or the page that a person sees. */
export function answerRefusals(app: App, sendPage: SendPage): void {
  const send = async (
    refusal: Refusal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if (isForPeople(request)) return await sendPage(refusal, request, statedIn(reply, refusal))
    return sendProblem(refusal, reply)
  }
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') request.log.error({ route: request.routeOptions.url, bug: bugOf(error) })
    return send(refusal, request, reply)
  })
  app.setNotFoundHandler((request, reply) => send(nothingHere(), request, reply))
}

/** Of an address that no route can be looked for, no hook runs and no handler knows: the headers that deny have to be said. */
export function refuseUnreadable(denied: Record<string, string>) {
  return (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void =>
    void sendProblem(nothingHere(), reply.headers(denied))
}

function nothingHere(): Refusal {
  return new Refusal('not-found', 'There is nothing at this address.')
}

function statedIn(reply: FastifyReply, { status, retryAfter }: Refusal): FastifyReply {
  if (retryAfter) void reply.header('retry-after', retryAfter)
  return reply.status(status).header('cache-control', 'no-store')
}

function sendProblem(refusal: Refusal, reply: FastifyReply): FastifyReply {
  return statedIn(reply, refusal)
    .type('application/problem+json')
    .serializer((said: string) => said)
    .send(JSON.stringify(problemOf(refusal)))
}

function isForPeople({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}
