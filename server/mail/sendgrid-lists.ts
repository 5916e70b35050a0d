import { MailFailure, type Outcome } from './mail.ts'

/** Where SendGrid keeps the addresses of letters that did not arrive, or were called spam. */
export const sendgridListNames = ['bounces', 'blocks', 'invalid_emails', 'spam_reports'] as const
export type SendgridListName = (typeof sendgridListNames)[number]

/** Addresses by the list they stand on. */
export type Listed = Partial<Record<SendgridListName, string[]>>

export interface SendgridLists {
  /** One attempt. @returns why it failed; `isPermanent` where no list is worth another attempt */
  delete(listed: Listed): Promise<Outcome>
}

interface Access {
  apiKey: string
  baseUrl?: string | undefined
  /** Milliseconds, for each list. */
  timeLimit?: number
}

export function sendgridLists(access: Access): SendgridLists {
  return {
    async delete(listed) {
      const failures: MailFailure[] = []
      for (const name of sendgridListNames) {
        const failure = listed[name] && (await deleteFrom(name, listed[name], access))
        if (failure) failures.push(failure)
      }
      return failures.find(({ isPermanent }) => !isPermanent) ?? failures[0]
    },
  }
}

/** Addresses stand in the body: what is in a URL ends in logs on the way. */
async function deleteFrom(
  list: SendgridListName,
  emails: string[],
  { apiKey, baseUrl = 'https://api.sendgrid.com', timeLimit = 10_000 }: Access,
): Promise<Outcome> {
  const response = await fetch(new URL(`/v3/suppression/${list}`, baseUrl), {
    method: 'DELETE',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ emails }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeLimit),
  }).catch(asFailure)
  if (response instanceof MailFailure) return response
  await response.body?.cancel()
  return outcomeOf(response.status)
}

/** A 404 is as good as a 204: it is not there. Any other success is not SendGrid's. */
function outcomeOf(status: number): Outcome {
  if (status === 204 || status === 404) return undefined
  if (status === 401 || status === 403)
    return new MailFailure('not-authorized', { status, isPermanent: true })
  if (status === 400 || status === 413) return new MailFailure('refused', { status, isPermanent: true })
  return new MailFailure(status === 429 ? 'too-fast' : 'failing', { status })
}

function asFailure(error: Error): MailFailure {
  if (error.name === 'TimeoutError') return new MailFailure('timed-out')
  if (error.name === 'TypeError') return new MailFailure('unreachable')
  throw error
}
