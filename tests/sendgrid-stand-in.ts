import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { problemsWith, type MailSend } from './mail/sendgrid-shape.ts'

/** How the stand-in treats a request whose shape is right. */
export type SendgridAnswer =
  'accept' | 'refuse' | 'forbid' | 'too-many' | 'too-large' | 'break' | 'redirect' | 'hang' | 'hang-up'

export interface SendgridStandIn {
  /** For `SENDGRID_BASE_URL`. */
  baseUrl: string
  apiKey: string
  /** What was taken with a 202, in order. */
  accepted: MailSend[]
  /** What `GET /v3/scopes` says that the key may do; a key for sending alone, to begin with. */
  scopes: string[]
  /** Headers of every request, in order. */
  headers: IncomingMessage['headers'][]
  answerWith(answer: SendgridAnswer): void
  close(): Promise<void>
}

/**
 * SendGrid's `POST /v3/mail/send` and `GET /v3/scopes`, on a free port of this machine: it checks each request
 * against the documented shape and rules, and answers with the documented statuses and bodies.
 */
export async function sendgridStandIn(): Promise<SendgridStandIn> {
  const apiKey = 'SG.stand-in.key'
  const accepted: MailSend[] = []
  const headers: IncomingMessage['headers'][] = []
  const scopes = ['mail.send', 'sender_verification_eligible', '2fa_required']
  let answer: SendgridAnswer = 'accept'

  const server = createServer(async (request, response) => {
    headers.push(request.headers)
    if (answer === 'hang-up') return request.socket.destroy()
    const asked = `${request.method} ${request.url}`
    if (!['POST /v3/mail/send', 'GET /v3/scopes'].includes(asked)) return reply(response, 404, ['not found'])
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return reply(response, 401, ['authorization required'])
    if (asked === 'GET /v3/scopes' && answer === 'accept') return giveScopes(response, scopes)
    if (asked === 'GET /v3/scopes') return give(response, answer)
    const body: unknown = await json(request).catch(() => undefined)
    const problems = problemsWith(body)
    if (problems.length > 0) return reply(response, 400, problems)
    if (answer === 'accept') accepted.push(body as MailSend)
    give(response, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    accepted,
    scopes,
    headers,
    answerWith(next) {
      answer = next
    },
    close() {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

function giveScopes(response: ServerResponse, scopes: string[]): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ scopes }))
}

function give(response: ServerResponse, answer: Exclude<SendgridAnswer, 'hang-up'>): void {
  switch (answer) {
    case 'accept':
      response.writeHead(202, { 'X-Message-Id': 'stand-in' }).end()
      return
    case 'refuse':
      return reply(
        response,
        400,
        ['The to email does not contain a valid address.'],
        'personalizations.0.to.0.email',
      )
    case 'forbid':
      return reply(response, 403, ['The from address does not match a verified Sender Identity.'], 'from')
    case 'too-many':
      response.setHeader('X-RateLimit-Remaining', '0').setHeader('X-RateLimit-Reset', '1893456000')
      return reply(response.setHeader('Retry-After', '30'), 429, ['too many requests'])
    case 'too-large':
      return reply(response, 413, ['payload too large'])
    case 'break':
      return reply(response, 500, ['internal server error'])
    case 'redirect':
      response.writeHead(307, { Location: 'http://127.0.0.1:9/elsewhere' }).end()
      return
    case 'hang':
      return
    default:
      return answer satisfies never
  }
}

function reply(
  response: ServerResponse,
  status: number,
  messages: string[],
  field: string | null = null,
): void {
  const errors = messages.map((message) => ({ message, field, help: null }))
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ errors }))
}
