import type { LightMyRequestResponse } from 'fastify'
import { consoleRefusals, refusals } from '../../../server/refusal.ts'
import { en } from '../../../web/shared/i18n/en.ts'
import type { Operation } from './operations.ts'

const all: Record<string, readonly [status: number, title: string]> = { ...refusals, ...consoleRefusals }
const INSIDE = /node_modules|\.ts:\d|insert into |select .* from |duplicate key|constraint/i

/** Why an answer is not what the contract says; undefined where it is. */
export function breachOf(operation: Operation, answer: LightMyRequestResponse): string | undefined {
  const { answers } = operation
  const { statusCode, body } = answer
  if (statusCode >= 500 && !isPaused(body) && !isBusyExport(operation, body))
    return `it answers ${statusCode}: ${body.slice(0, 300)}`
  if (!answers) return undefined
  return statusCode < 400 ? unlikeTheDocument(answers, answer) : noProblem(answer)
}

/** Organizers may stop signing: that is said with a 503, and is no bug. */
function isPaused(body: string): boolean {
  return body.includes('"code":"signing-paused"') || body.includes(en.refusals['signing-paused'])
}

/** A process makes two exports at once and asks a third to come again, so three requests at the same moment meet it. */
function isBusyExport({ path }: Operation, body: string): boolean {
  return path.includes('/exports/') && body.includes('"code":"busy"')
}

function unlikeTheDocument(
  answers: NonNullable<Operation['answers']>,
  { statusCode, body, headers }: LightMyRequestResponse,
): string | undefined {
  if (!(statusCode in answers)) return `the document does not know its ${statusCode}`
  const schema = answers[statusCode]
  if (!schema) return undefined
  if (!String(headers['content-type']).startsWith('application/json')) return undefined
  const [isRight, errors] = schema.Errors(JSON.parse(body))
  return isRight
    ? undefined
    : `its answer is not what the document says: ${JSON.stringify(errors.slice(0, 3))}`
}

/** Refusals are problem details (RFC 9457) with a code of ours, and tell nothing of what is behind. */
function noProblem({ statusCode, body, headers }: LightMyRequestResponse): string | undefined {
  if (!String(headers['content-type']).startsWith('application/problem+json'))
    return `${statusCode} as ${headers['content-type']}: ${body.slice(0, 200)}`
  const { code, status, title, detail } = JSON.parse(body) as Record<string, unknown>
  const known = all[String(code)]
  if (!known) return `its code is not known: ${String(code)}`
  if (known[0] !== statusCode || status !== statusCode) return `${String(code)} with ${statusCode}`
  if (typeof title !== 'string' || typeof detail !== 'string') return `no words: ${body}`
  return INSIDE.test(detail) ? `it tells of its inside: ${detail}` : undefined
}
