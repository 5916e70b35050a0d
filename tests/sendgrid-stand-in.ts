import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { type Received, receivedOf } from './mail/sendgrid-received.ts'
import {
  answers,
  give,
  giveScopes,
  noAddress,
  reply,
  replyWith,
  type SendgridAnswer,
  VAGUE,
} from './mail/sendgrid-replies.ts'
import { deletedFrom, listIn } from './mail/sendgrid-suppressions.ts'
import { type MailSend, type Problem, problemsWith } from './mail/sendgrid-shape.ts'

export interface SendgridStandIn {
  /** For `SENDGRID_BASE_URL`. */
  baseUrl: string
  apiKey: string
  /** What was taken with a 202, in order; empty where it only counts. */
  accepted: MailSend[]
  /** The same as each recipient gets it. */
  received(): Received[]
  /** Of what was taken. A letter is one Message-ID. */
  counts: Counts
  /** What `GET /v3/scopes` says that the key may do; a key for sending alone, to begin with. */
  scopes: string[]
  /** What was deleted from its suppression lists, in order: `spam_reports ada@mail.example`. */
  deleted: string[]
  /** Headers of every request, in order; empty where it only counts. */
  headers: IncomingMessage['headers'][]
  /** One after the other; the last one stays. */
  answerWith(...answers: SendgridAnswer[]): void
  /** From now on no mailbox of these, as SendGrid finds. */
  refuseAddresses(addresses: string[], how: 'by-place' | 'in-silence'): void
  close(): Promise<void>
}

export interface Counts {
  requests: number
  /** A repeated one is counted again. */
  letters: number
  different: number
}

interface Options {
  /** Checks as ever, but keeps Message-IDs only: for a million letters. */
  counting?: boolean
  port?: number
}

const LARGEST_BYTES = 30_000_000

/**
 * SendGrid's `POST /v3/mail/send`, `GET /v3/scopes` and `DELETE /v3/suppression/…`, on a port of this machine: it checks
 * each request against the documented shape, rules and limits, and answers with the documented statuses and bodies.
 */
export async function sendgridStandIn({
  counting = false,
  port = 0,
}: Options = {}): Promise<SendgridStandIn> {
  const apiKey = 'SG.stand-in.key'
  const accepted: MailSend[] = []
  const headers: IncomingMessage['headers'][] = []
  const scopes = ['mail.send', 'sender_verification_eligible', '2fa_required']
  const deleted: string[] = []
  const counts: Counts = { requests: 0, letters: 0, different: 0 }
  const ids = new Set<string>()
  let planned: SendgridAnswer[] = ['accept']
  let unknown: { addresses: Set<string>; how?: 'by-place' | 'in-silence' } = { addresses: new Set() }

  const next = () => (planned.length > 1 ? planned.shift() : planned[0]) ?? 'accept'

  function take(mail: MailSend): void {
    if (!counting) accepted.push(mail)
    for (const { headers = {}, to } of mail.personalizations)
      ids.add(headers['Message-ID'] ?? to[0]?.email ?? '')
    counts.letters += mail.personalizations.length
    counts.different = ids.size
  }

  async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    counts.requests += 1
    if (body.length >= LARGEST_BYTES) return reply(response, 413, ['content too large'])
    const mail = parsed(body)
    const problems = problemsWith(mail)
    if (problems.length > 0) return replyWith(response, 400, problems)
    const nobody = strangers(mail as MailSend, unknown.addresses)
    if (nobody.length > 0) return replyWith(response, 400, unknown.how === 'by-place' ? nobody : [VAGUE])
    const answer = next()
    if (answer === 'slow') await setTimeout(300)
    if (['accept', 'slow', 'take-and-hang-up'].includes(answer)) take(mail as MailSend)
    give(response, answer)
  }

  const server = createServer(async (request, response) => {
    if (!counting) headers.push(request.headers)
    if (planned[0] === 'hang-up') return give(response, next())
    const asked = `${request.method} ${request.url}`
    if (asked === 'GET /counts') return response.end(JSON.stringify(counts))
    const told = answers.find((answer) => asked === `PUT /answer/${answer}`)
    if (told) return response.end((planned = [told])[0])
    const list = listIn(asked)
    if (!list && !['POST /v3/mail/send', 'GET /v3/scopes'].includes(asked))
      return reply(response, 404, ['not found'])
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return reply(response, 401, ['authorization required'])
    if (asked === 'POST /v3/mail/send') return await send(request, response)
    const answer = next()
    if (answer !== 'accept') return give(response, answer)
    if (!list) return giveScopes(response, scopes)
    const emails = await deletedFrom(list, { request, response, scopes })
    deleted.push(...emails.map((email) => `${list} ${email}`))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    accepted,
    received: () => accepted.flatMap(receivedOf),
    counts,
    scopes,
    deleted,
    headers,
    answerWith(...answers) {
      planned = answers
    },
    refuseAddresses(addresses, how) {
      unknown = { addresses: new Set(addresses), how }
    },
    close() {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function strangers({ personalizations }: MailSend, addresses: Set<string>): Problem[] {
  if (addresses.size === 0) return []
  return personalizations.flatMap(({ to }, place) =>
    addresses.has(to[0]?.email ?? '') ? [noAddress(place)] : [],
  )
}

/**
 * `node tests/sendgrid-stand-in.ts 4010`: as a process of its own it only counts. `GET /counts` tells, and
 * `PUT /answer/break` is an outage until `PUT /answer/accept`.
 */
if (import.meta.main) {
  const { baseUrl, apiKey } = await sendgridStandIn({ counting: true, port: Number(process.argv[2] ?? 0) })
  process.stdout.write(`${JSON.stringify({ baseUrl, apiKey })}\n`)
}
