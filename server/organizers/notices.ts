import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { type EmailName, type EmailValues, renderEmail } from '../../emails/emails.ts'
import type { SignInChange } from '../../emails/sign-in-changed.ts'
import { openOrganizer } from './organizer.ts'

export interface ChangeNotice {
  id: string
  organizerId: number
  change: SignInChange
}

/** Tells an organizer, in the transaction that does it, what became of her ways to sign in. */
export async function noticeChange(tx: DbOrTx, organizerId: number, change: SignInChange): Promise<void> {
  const payload: ChangeNotice = { id: noticeId(), organizerId, change }
  await addJobs(tx, [{ task: 'sign-in-changed', payload }])
}

export async function sendChangeNotice(deps: Deps, { id, organizerId, change }: ChangeNotice): Promise<void> {
  const accountUrl = `${deps.publicUrl}/console/account`
  await sendToOrganizer(deps, { id, organizerId }, 'sign-in-changed', { change, accountUrl })
}

/** The console speaks English, and so do its letters to those who are in it. */
const LOCALE = 'en'

/** Nothing goes out to whoever is not an organizer any more. */
export async function sendToOrganizer<Name extends EmailName>(
  deps: Deps,
  { id, organizerId }: { id: string; organizerId: number },
  name: Name,
  values: EmailValues[Name],
): Promise<void> {
  const [row] = await deps.db.select().from(organizers).where(eq(organizers.id, organizerId))
  if (!row) return
  const { email: to } = openOrganizer(deps.keys, row)
  const letter = await renderEmail(name, LOCALE, values)
  await deps.mail.send({ ...letter, to, messageId: messageId(deps, id), locale: LOCALE })
}

/** Names a letter, the same at each retry. */
export function noticeId(): string {
  return randomBytes(16).toString('hex')
}

export function messageId({ publicUrl }: Deps, id: string): string {
  return `<${id}@${new URL(publicUrl).hostname}>`
}
