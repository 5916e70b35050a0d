import { sendgridListNames } from '../sendgrid-lists.ts'
import { note, ok, unknown, warning, wrong, type Finding } from './finding.ts'

interface Access {
  apiKey: string
  baseUrl?: string | undefined
  /** Milliseconds. */
  timeLimit?: number
}

/** Asks SendGrid what the key may do (`GET /v3/scopes`); nothing is sent. */
export async function checkSendgridKey({ apiKey, baseUrl, timeLimit = 10_000 }: Access): Promise<Finding[]> {
  const base = baseUrl ?? 'https://api.sendgrid.com'
  const { host } = new URL(base)
  const response = await fetch(`${base}/v3/scopes`, {
    headers: { accept: 'application/json', authorization: `Bearer ${apiKey}` },
    redirect: 'error',
    signal: AbortSignal.timeout(timeLimit),
  }).catch(unlessBug)
  if (!response)
    return [
      unknown(
        'sendgrid-unreachable',
        `${host} cannot be reached.`,
        'Look at SENDGRID_BASE_URL, and try again.',
      ),
    ]
  if (response.status === 401 || response.status === 403) return [refused(host, response.status)]
  const scopes = response.ok ? scopesIn(await response.json().catch(unlessBug)) : undefined
  if (!scopes)
    return [
      unknown(
        'sendgrid-unclear',
        `${host} answers ${response.status} instead of what the key may do.`,
        'Try again.',
      ),
    ]
  return judged(host, scopes)
}

function judged(host: string, scopes: string[]): Finding[] {
  const todo =
    'In SendGrid: Settings, API Keys, Create API Key, Restricted Access, Mail Send and Suppressions; put it into SENDGRID_API_KEY.'
  if (!scopes.includes('mail.send')) return [wrong('sendgrid-scope', 'The API key may not send mail.', todo)]
  const findings = [ok('sendgrid', `${host} lets the API key send mail.`), ...checkLists(scopes)]
  if (!scopes.includes('api_keys.create')) return findings
  const what =
    'The API key may do everything in the account, even make other keys: who steals it has the account.'
  return [...findings, warning('sendgrid-full-access', what, todo)]
}

function checkLists(scopes: string[]): Finding[] {
  const missing = sendgridListNames.filter((list) => !scopes.includes(`suppression.${list}.delete`))
  if (missing.length === 0) return []
  const what = `The API key may not delete addresses from SendGrid's suppression lists (${missing.join(', ')}): what bounced or complained stays there.`
  return [
    note('sendgrid-lists', what, 'In SendGrid: Settings, API Keys, edit the key, Suppressions: Full Access.'),
  ]
}

function refused(host: string, status: number): Finding {
  const todo =
    status === 401
      ? 'Make a new one. A key of an EU sub-user works at https://api.eu.sendgrid.com (SENDGRID_BASE_URL) and nowhere else.'
      : 'In SendGrid: Settings, IP Access Management, allow this machine; or wait, where there were many bad requests.'
  return wrong('sendgrid-key', `${host} does not take the API key (${status}).`, todo)
}

function scopesIn(answer: unknown): string[] | undefined {
  const scopes = (answer as { scopes?: unknown } | undefined)?.scopes
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : undefined
}

/** A connection that broke, a time limit that passed, an answer that is no JSON. */
function unlessBug(error: Error): undefined {
  if (!['TypeError', 'TimeoutError', 'AbortError', 'SyntaxError'].includes(error.name)) throw error
}
