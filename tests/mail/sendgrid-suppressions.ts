import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { reply } from './sendgrid-replies.ts'

const LISTS = ['bounces', 'blocks', 'invalid_emails', 'spam_reports']

/** The list of a `DELETE /v3/suppression/bounces`; what has an address in its path is none. */
export function listIn(asked: string): string | undefined {
  return LISTS.find((list) => asked === `DELETE /v3/suppression/${list}`)
}

/** Answers as documented. @returns the addresses that are deleted from the list */
export async function deletedFrom(
  list: string,
  { request, response, scopes }: { request: IncomingMessage; response: ServerResponse; scopes: string[] },
): Promise<string[]> {
  const body = (await json(request)) as { emails?: unknown }
  const emails = Array.isArray(body.emails) ? body.emails : []
  const isRight = Object.keys(body).join() === 'emails' && emails.every((one) => typeof one === 'string')
  if (!scopes.includes(`suppression.${list}.delete`)) reply(response, 403, ['access forbidden'])
  else if (!isRight || emails.length === 0) reply(response, 400, ['emails or delete_all is needed'])
  else {
    response.writeHead(204).end()
    return emails
  }
  return []
}
