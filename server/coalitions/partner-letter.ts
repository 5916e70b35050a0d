import { and, eq, gt } from 'drizzle-orm'
import { textIn } from '../campaigns/campaign.ts'
import { campaignLetter } from '../campaigns/letter.ts'
import type { Tx } from '../db/db.ts'
import { partnerInvitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type LedgerLetter, writeLetters } from '../mail/ledger.ts'
import { tokenHash } from '../organizers/sessions.ts'

/** As it waits in the ledger, sealed: whoever reads it there learns neither the address nor the link. */
interface Sealed {
  email: string
  token: string
}

const CONTEXT = Buffer.from('partner-invitation')
const DAY_MS = 24 * 3_600_000

/** Has the link sent; one that was renewed since is good no more, and its letter does not go. */
export async function partnerLetter(
  tx: Tx,
  { keys, now }: Deps,
  { email, token, locale }: Sealed & { locale: string },
): Promise<void> {
  const sealed = keys.seal('organizer', Buffer.from(JSON.stringify({ email, token })), CONTEXT)
  await writeLetters(tx, [{ template: 'partner-invitation', sealed, locale, askedAt: now() }])
}

export function sealedAsPartnerInvitation() {
  return { purpose: 'organizer' as const, context: CONTEXT }
}

/** Nothing is sent for an invitation that was cancelled, accepted, renewed or has expired meanwhile. */
export async function composePartnerLetter(
  deps: Deps,
  { sealed, locale }: LedgerLetter,
): Promise<Addressed | undefined> {
  if (!sealed) return undefined
  const { email: to, token } = JSON.parse(deps.keys.open('organizer', sealed, CONTEXT).toString()) as Sealed
  const [row] = await deps.db
    .select()
    .from(partnerInvitations)
    .where(
      and(eq(partnerInvitations.tokenHash, tokenHash(token)), gt(partnerInvitations.expiresAt, deps.now())),
    )
  const campaign = row && (await deps.campaigns.byId(row.campaignId))
  if (!campaign) return undefined
  const letter = campaignLetter(campaign, 'partner-invitation', locale, {
    campaignTitle: textIn(campaign, [locale]).title,
    hostName: campaign.organization.name,
    organizationName: row.organizationName,
    invitationUrl: `${deps.publicUrl}/console/partner-invitation#${token}`,
    validDays: Math.ceil((row.expiresAt.getTime() - deps.now().getTime()) / DAY_MS),
  })
  return { to, ...letter }
}
