/** Every call to the server, and the only place that makes them. Each has a time limit. */
import type { Challenge } from '../../server/captcha/contract.ts'
import type { AddressDomain, CampusMatches } from '../../server/campuses/contract.ts'
import type { Problem } from '../../server/contract.ts'
import type { CampusStanding } from '../../server/leaderboards/contract.ts'
import type { Leaderboard } from '../../server/leaderboards/contract.ts'
import type { ReceiptStatus } from '../../server/mail/contract.ts'
import type { ShownRefusal } from '../../server/pages/contract.ts'
import type {
  Confirmation,
  ConfirmationByCode,
  PledgeReceipt,
  PledgeRequest,
} from '../../server/pledges/contract.ts'

const TIME_LIMIT = 15_000

/** `offline` is ours: no answer came at all. */
export type ProblemCode = ShownRefusal['code'] | 'offline'

export class ApiProblem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly field: string | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined
  readonly addressDomain: AddressDomain | undefined
  readonly sign: string | undefined

  constructor(
    code: ProblemCode,
    status = 0,
    { field, addressDomain, sign }: Partial<Problem> = {},
    retryAfter?: number,
  ) {
    super(code)
    this.code = code
    this.status = status
    this.field = field
    this.addressDomain = addressDomain
    this.retryAfter = retryAfter
    this.sign = sign
  }
}

export function sign(campaign: string, request: PledgeRequest) {
  return call<PledgeReceipt>(`campaigns/${campaign}/pledges`, request)
}

/** `waiting` where nobody can say. */
export function deliveryOf(receipt: string): Promise<ReceiptStatus['status']> {
  return call<ReceiptStatus>(`receipts/${receipt}`).then(
    ({ status }) => status,
    () => 'waiting',
  )
}

export function confirm(request: ConfirmationByCode) {
  return call<Confirmation>('confirmations', request)
}

export function standingOf(campaign: string, campus: string) {
  return call<CampusStanding>(`campaigns/${campaign}/campuses/${campus}`)
}

/**
 * Of an address, only the part after the @ is sent: what precedes it is nobody's business, nor a proxy's log's.
 * @param campaign puts its own campuses first
 */
export async function findCampuses(typed: string, campaign?: string, signal?: AbortSignal) {
  const q = encodeURIComponent(typed.slice(typed.lastIndexOf('@') + 1))
  const path = campaign ? `campaigns/${campaign}/campuses` : 'campuses'
  const { campuses } = await call<CampusMatches>(`${path}?q=${q}`, undefined, signal)
  return campuses
}

/** @param domain the part of an address after the @ */
export function addressDomain(domain: string) {
  return call<AddressDomain>(`address-domains/${domain}`)
}

/** @param path below `/api/v1/` */
export function challengeAt(path: string) {
  return call<Challenge>(path)
}

export function leaderboardOf(campaign: string) {
  return call<Leaderboard>(`campaigns/${campaign}/leaderboard`)
}

export function liveLeaderboard(campaign: string) {
  return new EventSource(`/api/v1/campaigns/${campaign}/live`)
}

async function call<Answer>(path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
  const answer = await request(path, body, signal)
  if (!answer.ok) throw await problemIn(answer)
  try {
    return (await answer.json()) as Answer
  } catch {
    throw new ApiProblem('offline')
  }
}

async function request(path: string, body?: object, signal = AbortSignal.timeout(TIME_LIMIT)) {
  try {
    return await fetch(`/api/v1/${path}`, {
      signal,
      credentials: 'omit',
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
  } catch {
    throw new ApiProblem('offline')
  }
}

async function problemIn(answer: Response): Promise<ApiProblem> {
  const problem: Partial<Problem> = await answer.json().catch(() => ({}))
  const code = (problem.code ?? 'internal') as ShownRefusal['code']
  return new ApiProblem(code, answer.status, problem, secondsIn(answer.headers.get('retry-after')))
}

function secondsIn(header: string | null) {
  return header && /^\d+$/.test(header) ? Number(header) : undefined
}
