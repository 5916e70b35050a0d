import type { Job } from '../db/queue.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import type { Listed, SendgridListName } from './sendgrid-lists.ts'

/** An address that SendGrid has written down for itself. */
export interface Copy {
  list: SendgridListName
  email: string
}

const CONTEXT = Buffer.from('provider copies')
/** With the growing pauses of the queue that is about a day and a half. */
const ATTEMPTS = 15

/** None where there is nothing to delete. Sealed: the jobs table names nobody, nor do its copies. */
export function deletionJobs(keys: Keys, copies: Copy[]): Job[] {
  if (copies.length === 0) return []
  const sealed = keys.seal('provider-copies', Buffer.from(JSON.stringify(byList(copies))), CONTEXT)
  return [{ task: 'delete-copies', payload: { sealed: sealed.toString('base64') }, maxAttempts: ATTEMPTS }]
}

function byList(copies: Copy[]): Listed {
  const listed: Partial<Record<SendgridListName, Set<string>>> = {}
  for (const { list, email } of copies) (listed[list] ??= new Set()).add(email)
  return Object.fromEntries(Object.entries(listed).map(([list, emails]) => [list, [...emails]]))
}

interface Attempt {
  sealed: string
  /** No other follows: then the job ends as well, so that no address stays in it. */
  isLast: boolean
  report: (line: string) => void
}

/**
 * Deletes what SendGrid keeps of mailboxes that do not get our letters: whether they get mail is ours to know.
 * @throws MailFailure for the queue to try again
 */
export async function deleteCopies(
  { keys, backChannel }: Pick<Deps, 'keys' | 'backChannel'>,
  { sealed, isLast, report }: Attempt,
): Promise<void> {
  const plain = keys.open('provider-copies', Buffer.from(sealed, 'base64'), CONTEXT)
  const failure = await backChannel.sendgridLists?.delete(JSON.parse(plain.toString()) as Listed)
  if (!failure) return
  if (!failure.isPermanent && !isLast) throw failure
  const todo =
    failure.code === 'not-authorized' ? '; give the API key access to Suppressions, as mail:check says' : ''
  report(`addresses stay on SendGrid's suppression lists until you delete them: ${failure.message}${todo}`)
}
