import type { ServerResponse } from 'node:http'
import type { Problem } from './sendgrid-shape.ts'

/** How the stand-in treats a request whose shape is right; `take-and-hang-up` cuts the line after it has the letters. */
export const answers = [
  'accept',
  'slow',
  'refuse',
  'refuse-nobody',
  'refuse-content',
  'refuse-sender',
  'forbid',
  'too-many',
  'too-many-until',
  'too-large',
  'break',
  'away',
  'redirect',
  'portal',
  'hang',
  'hang-up',
  'take-and-hang-up',
] as const
export type SendgridAnswer = (typeof answers)[number]

export const VAGUE: Problem = { message: 'Bad Request', field: null }

export function noAddress(place: number): Problem {
  return {
    message: 'The to email does not contain a valid address.',
    field: `personalizations.${place}.to.0.email`,
  }
}

export function giveScopes(response: ServerResponse, scopes: string[]): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ scopes }))
}

export function give(response: ServerResponse, answer: SendgridAnswer): void {
  switch (answer) {
    case 'accept':
    case 'slow':
      response.writeHead(202, { 'X-Message-Id': 'stand-in' }).end()
      return
    case 'refuse':
      return replyWith(response, 400, [noAddress(0)])
    case 'refuse-nobody':
      return replyWith(response, 400, [VAGUE])
    case 'refuse-content':
      return reply(response, 400, ['The content value must be a string.'], 'content.0.value')
    case 'refuse-sender':
      return reply(response, 400, ['The from email does not contain a valid address.'], 'from.email')
    case 'forbid':
      return reply(response, 403, ['The from address does not match a verified Sender Identity.'], 'from')
    case 'too-many':
      response.setHeader('X-RateLimit-Remaining', '0').setHeader('X-RateLimit-Reset', '1893456000')
      return reply(response.setHeader('Retry-After', '30'), 429, ['too many requests'])
    case 'too-many-until':
      response.setHeader('X-RateLimit-Remaining', '0')
      response.setHeader('Date', 'Tue, 01 Jan 2030 00:00:00 GMT').setHeader('X-RateLimit-Reset', '1893456042')
      return reply(response, 429, ['too many requests'])
    case 'too-large':
      return reply(response, 413, ['content too large'])
    case 'break':
      return reply(response, 500, ['internal server error'])
    case 'away':
      return reply(response.setHeader('Retry-After', '120'), 503, ['service unavailable'])
    case 'redirect':
      response.writeHead(307, { Location: 'http://127.0.0.1:9/elsewhere' }).end()
      return
    case 'portal':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome to our Wi-Fi</h1>')
      return
    case 'hang':
      return
    case 'hang-up':
    case 'take-and-hang-up':
      response.socket?.destroy()
      return
    default:
      return answer satisfies never
  }
}

export function reply(
  response: ServerResponse,
  status: number,
  messages: string[],
  field: string | null = null,
): void {
  const problems = messages.map((message) => ({ message, field }))
  replyWith(response, status, problems)
}

export function replyWith(response: ServerResponse, status: number, problems: Problem[]): void {
  const errors = problems.map((problem) => ({ ...problem, help: null }))
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ errors }))
}
