import { and, eq, gt } from 'drizzle-orm'
import { renderEmail } from '../../emails/emails.ts'
import type { Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { invitations, organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { messageIdOf } from '../mail/message-id.ts'
import { tokenHash } from '../organizers/sessions.ts'

/** As it waits in the database: whoever reads it there learns neither the address nor the link. */
export interface InvitationLetter {
  /** Email and token, sealed by the server key, base64. */
  sealed: string
  locale: string
}

interface Sealed {
  email: string
  token: string
}

const CONTEXT = Buffer.from('organizer-invitation')
const HOUR_MS = 3_600_000

/** Has the link sent. Of one invitation only the newest letter waits. */
export async function invitationLetter(
  tx: Tx,
  { keys }: Pick<Deps, 'keys'>,
  { id, email, token, locale }: Sealed & { id: number; locale: string },
): Promise<void> {
  const sealed = keys.seal('organizer', Buffer.from(JSON.stringify({ email, token })), CONTEXT)
  const payload: InvitationLetter = { sealed: sealed.toString('base64'), locale }
  await addJobs(tx, [{ task: 'organizer-invitation', key: `organizer-invitation ${id}`, payload }])
}

/** Nothing is sent for an invitation that was cancelled, accepted, renewed or has expired meanwhile. */
export async function sendInvitation(deps: Deps, { sealed, locale }: InvitationLetter): Promise<void> {
  const bytes = Buffer.from(sealed, 'base64')
  const { email, token } = JSON.parse(deps.keys.open('organizer', bytes, CONTEXT).toString()) as Sealed
  const [row] = await deps.db
    .select({
      organizationName: organizations.name,
      role: invitations.role,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
    .where(and(eq(invitations.tokenHash, tokenHash(token)), gt(invitations.expiresAt, deps.now())))
  if (!row) return
  const letter = await renderEmail('organizer-invitation', locale, {
    organizationName: row.organizationName,
    role: row.role,
    invitationUrl: invitationUrl(deps, token),
    validHours: Math.ceil((row.expiresAt.getTime() - deps.now().getTime()) / HOUR_MS),
  })
  await deps.mail.send({ ...letter, to: email, messageId: messageIdOf(deps.publicUrl, bytes), locale })
}

/** The token stands behind the #, where no server and no mail scanner's request sees it. */
export function invitationUrl({ publicUrl }: Pick<Deps, 'publicUrl'>, token: string): string {
  return `${publicUrl}/console/invitation#${token}`
}
