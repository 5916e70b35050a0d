import { and, eq, gt } from 'drizzle-orm'
import { composeEmail } from '../../emails/emails.ts'
import type { Tx } from '../db/db.ts'
import { invitations, organizations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { tokenHash } from '../organizers/sessions.ts'

/** As it waits in the ledger, sealed: whoever reads it there learns neither the address nor the link. */
interface Sealed {
  email: string
  token: string
}

const CONTEXT = Buffer.from('organizer-invitation')
const HOUR_MS = 3_600_000

/** Has the link sent; one that was renewed since is good no more, and its letter does not go. */
export async function invitationLetter(
  tx: Tx,
  { keys, now }: Pick<Deps, 'keys' | 'now'>,
  { email, token, locale }: Sealed & { locale: string },
): Promise<void> {
  const sealed = keys.seal('organizer', Buffer.from(JSON.stringify({ email, token })), CONTEXT)
  await writeLetters(tx, [{ template: 'organizer-invitation', sealed, locale, askedAt: now() }])
}

export function sealedAsInvitation() {
  return { purpose: 'organizer' as const, context: CONTEXT }
}

/** Nothing is sent for an invitation that was cancelled, accepted, renewed or has expired meanwhile. */
export async function composeInvitation(
  deps: Deps,
  { sealed, locale }: LedgerLetter,
): Promise<Addressed | undefined> {
  if (!sealed) return undefined
  const { email: to, token } = JSON.parse(deps.keys.open('organizer', sealed, CONTEXT).toString()) as Sealed
  const [row] = await deps.db
    .select({
      organizationName: organizations.name,
      role: invitations.role,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
    .where(and(eq(invitations.tokenHash, tokenHash(token)), gt(invitations.expiresAt, deps.now())))
  if (!row) return undefined
  const email = composeEmail('organizer-invitation', locale, {
    organizationName: row.organizationName,
    role: row.role,
    invitationUrl: invitationUrl(deps, token),
    validHours: Math.ceil((row.expiresAt.getTime() - deps.now().getTime()) / HOUR_MS),
  })
  return { to, email }
}

/** The token stands behind the #, where no server and no mail scanner's request sees it. */
export function invitationUrl({ publicUrl }: Pick<Deps, 'publicUrl'>, token: string): string {
  return `${publicUrl}/console/invitation#${token}`
}
