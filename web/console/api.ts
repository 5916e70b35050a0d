/** Every call of the console to the server, and the only place that makes them. Each has a time limit. */
import type { Problem } from '../../server/contract.ts'
import type { RefusalCode } from '../../server/refusal.ts'

const TIME_LIMIT = 15_000

/** Why a call was refused: its message is a sentence that says what to do. `offline`: no answer came at all. */
export class CallRefused extends Error {
  readonly code: RefusalCode | 'offline'
  /** The field of the request that it is about. */
  readonly field: string | undefined

  constructor({ code, detail, field }: { code: RefusalCode | 'offline'; detail: string; field?: string }) {
    super(detail)
    this.code = code
    this.field = field
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What can be done before a call is made again: signing in, using the passkey once more. Undefined: nothing. */
type Remedy = (refused: CallRefused) => Promise<void> | undefined

let remedy: Remedy = () => undefined

/** Called once, by whoever can ask the organizer for her passkey. */
export function remedyWith(found: Remedy): void {
  remedy = found
}

/** For which of several organizations somebody works on a campaign; undefined: there is no choice. */
type Choice = (campaign: string) => string | undefined

let worksFor: Choice = () => undefined

/** Called once, by whoever knows the organizer's choice. */
export function workAs(chosen: Choice): void {
  worksFor = chosen
}

/**
 * Calls the organizers' part of the API.
 * @param path below `/api/v1/console/`
 * @throws CallRefused
 */
export async function call<Answer = void>(method: Method, path: string, body?: object): Promise<Answer> {
  return await again(() => callAsIs<Answer>(method, path, body))
}

export interface Download {
  /** Below `/api/v1/console/`. */
  path: string
  /** Ends it, with an `AbortError`. */
  signal: AbortSignal
  /** Told of each piece as it comes, and how many rows there will be. */
  onPiece: (piece: Uint8Array, rows: number) => void
}

/**
 * Takes a file whole or not at all; the browser keeps it on disk where it is large.
 * @throws CallRefused
 */
export async function download(asked: Download): Promise<{ name: string; content: Blob }> {
  return await again(() => takeFile(asked))
}

export interface Stream {
  /** Below `/api/v1/console/`. */
  path: string
  /** Ends it, with an `AbortError`. */
  signal: AbortSignal
  /** Deals with a piece before the next one is asked for. */
  take: (piece: Uint8Array, rows: number) => Promise<void>
}

/**
 * Takes a file piece by piece, and keeps none of them.
 * @returns how many rows it should have
 * @throws CallRefused
 */
export async function stream({ path, signal, take }: Stream): Promise<number> {
  const answer = await again(() => fileAt(path, signal))
  const rows = rowsOf(answer)
  const reader = answer.body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((error) => Promise.reject(cutOff(error, signal)))
    if (done) return rows
    await take(value, rows)
  }
}

/** Once more, where what was in the way could be put out of it. */
async function again<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  try {
    return await attempt()
  } catch (error) {
    const remedied = error instanceof CallRefused ? remedy(error) : undefined
    if (!remedied) throw error
    await remedied
    return await attempt()
  }
}

async function takeFile({ path, signal, onPiece }: Download): Promise<{ name: string; content: Blob }> {
  const answer = await fileAt(path, signal)
  const rows = rowsOf(answer)
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'export'
  const told = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, pieces) {
      onPiece(piece, rows)
      pieces.enqueue(piece)
    },
  })
  try {
    return { name, content: await new Response(answer.body.pipeThrough(told)).blob() }
  } catch (error) {
    throw cutOff(error, signal)
  }
}

type WithBody = Response & { body: ReadableStream<Uint8Array<ArrayBuffer>> }

async function fileAt(path: string, signal: AbortSignal): Promise<WithBody> {
  const answer = await request('GET', path, undefined, signal)
  if (!answer.ok || !answer.body) throw await refusedBy(answer)
  return answer as WithBody
}

function rowsOf({ headers }: Response): number {
  return Number(headers.get('x-estamos-rows'))
}

function cutOff(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return error
  const detail = 'The file was cut off before its end, and nothing was saved. Try again.'
  return new CallRefused({ code: 'offline', detail })
}

/** The same without a remedy: for what is one, and for asking who is signed in. @throws CallRefused */
export async function callAsIs<Answer = void>(method: Method, path: string, body?: object): Promise<Answer> {
  const answer = await request(method, path, body)
  if (!answer.ok) throw await refusedBy(answer)
  return (answer.status === 204 ? undefined : await answer.json()) as Answer
}

async function refusedBy(answer: Response): Promise<CallRefused> {
  const { code, detail, field } = (await answer.json().catch(() => ({}))) as Partial<Problem>
  return new CallRefused({
    code: (code ?? 'internal') as RefusalCode,
    detail: detail ?? 'Something went wrong on our side. Try again.',
    ...(field && { field }),
  })
}

/** A file goes as it is, all else as JSON. */
function sent(body: object): { type: Record<string, string>; body: BodyInit } {
  if (body instanceof Blob) return { type: { 'content-type': 'application/octet-stream' }, body }
  return { type: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function chosenFor(path: string): Record<string, string> {
  const campaign = /^campaigns\/([^/?]+)/.exec(path)?.[1]
  const organization = campaign && worksFor(campaign)
  return organization ? { 'estamos-organization': organization } : {}
}

async function request(
  method: Method,
  path: string,
  body?: object,
  signal = AbortSignal.timeout(TIME_LIMIT),
): Promise<Response> {
  const { type, body: content } = body ? sent(body) : {}
  try {
    return await fetch(`/api/v1/console/${path}`, {
      method,
      signal,
      credentials: 'same-origin',
      headers: { ...type, ...chosenFor(path) },
      ...(content && { body: content }),
    })
  } catch {
    const detail = 'The server cannot be reached. What you typed is still here; try again in a moment.'
    throw new CallRefused({ code: 'offline', detail })
  }
}
