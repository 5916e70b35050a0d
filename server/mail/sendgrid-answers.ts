import { classifyFailure } from './classify-failure.ts'
import { MailFailure, type Outcome } from './mail.ts'

/** What came of one call, and for whom where it was refused. */
export interface Answer {
  outcome: Outcome
  /** The places of readers whom the refusal names; `everyone` where it is about what all of them get. */
  meant?: number[] | 'everyone'
}

/** Only a 202 says that the letters are SendGrid's from now on: a proxy on the way may answer anything else. */
export function taken(status: number): Answer {
  return { outcome: status === 202 ? undefined : new MailFailure('failing', { status }) }
}

/** An answer has a status, as `code` or on `response`; without one, `code` is a word for what broke. */
interface SendgridError {
  code?: number | string
  response?: { status?: number; headers?: Record<string, unknown>; body?: unknown }
}

export function answerTo({ code, response = {} }: SendgridError): Answer {
  const status = typeof code === 'number' ? code : response.status
  if (status === 400) return refusal(problemsIn(response.body))
  return { outcome: failureOf(status, code, pauseIn(response.headers)) }
}

/** Only 400 and 413 are about the letters; the operator or time can mend the others. */
function failureOf(
  status: number | undefined,
  code: SendgridError['code'],
  retryAfter: number | undefined,
): MailFailure {
  if (status === 401 || status === 403) return new MailFailure('not-authorized', { status })
  if (status === 429) return new MailFailure('too-fast', { status, retryAfter })
  if (status === 413) return new MailFailure('refused', { status, verdict: 'unknown' })
  if (status !== undefined) return new MailFailure('failing', { status, retryAfter })
  const isTime = ['ERR_CANCELED', 'ECONNABORTED', 'ETIMEDOUT'].includes(String(code))
  return new MailFailure(isTime ? 'timed-out' : 'unreachable')
}

/** A sender that it does not take is the operator's to mend, and no letter's fault. */
function refusal(problems: Problem[]): Answer {
  const status = 400
  const fields = problems.flatMap(({ field }) => field ?? [])
  if (fields.some((field) => /^from\b/.test(field)))
    return { outcome: new MailFailure('not-authorized', { status }) }
  const isAboutAddresses =
    fields.length > 0 && fields.every((field) => /^personalizations\.\d+\.to\b/.test(field))
  const isInvalid = problems.every(
    ({ message: text }) => classifyFailure({ speaker: 'provider', text }) === 'no-such-mailbox',
  )
  const verdict = isAboutAddresses && isInvalid ? 'no-such-mailbox' : 'unknown'
  const outcome = new MailFailure('refused', { status, verdict })
  const places = fields.flatMap((field) => /^personalizations\.(\d+)\./.exec(field)?.[1] ?? [])
  if (places.length > 0) return { outcome, meant: places.map(Number) }
  const isShared = fields.some((field) => /^(content|subject|tracking_settings)\b/.test(field))
  return { outcome, ...(isShared && { meant: 'everyone' }) }
}

interface Problem {
  message: string | undefined
  field: string | undefined
}

/** As in `{"errors": [{"message": "…", "field": "personalizations.3.to.0.email", "help": null}]}`. */
function problemsIn(body: unknown): Problem[] {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return []
  return body.errors.map((error: { message?: unknown; field?: unknown } | null) => ({
    message: typeof error?.message === 'string' ? error.message : undefined,
    field: typeof error?.field === 'string' ? error.field : undefined,
  }))
}

/** After this it is asked again, whatever it said: a wrong date must not stop all mail. */
const LONGEST_PAUSE_S = 3_600

/** Seconds. `X-RateLimit-Reset` and some `Retry-After` are times: how far off by the clock that sent them. */
function pauseIn(headers: Record<string, unknown> = {}): number | undefined {
  const retryAfter = String(headers['retry-after'] ?? '')
  const reset = String(headers['x-ratelimit-reset'] ?? '')
  const sentAt = Date.parse(String(headers.date ?? '')) / 1_000
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (retryAfter ? Date.parse(retryAfter) / 1_000 : Number(reset || NaN)) - sentAt
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_PAUSE_S) : undefined
}
