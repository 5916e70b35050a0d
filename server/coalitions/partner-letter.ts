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

/** Has the link sent, as the answer to a request to lead at a campus where there was one. A link that was renewed since is good no more, and its letter does not go. */
export async function partnerLetter(
  tx: Tx,
  { keys, now }: Deps,
  { email, token, locale, campusId }: Sealed & { locale: string; campusId?: number },
): Promise<void> {
  const sealed = keys.seal('organizer', Buffer.from(JSON.stringify({ email, token })), CONTEXT)
  const about = campusId === undefined ? {} : { about: { campusId } }
  await writeLetters(tx, [{ template: 'partner-invitation', ...about, sealed, locale, askedAt: now() }])
}

export function sealedAsPartnerInvitation() {
  return { purpose: 'organizer' as const, context: CONTEXT }
}

/** Nothing is sent for an invitation that was cancelled, accepted, renewed or has expired meanwhile. */
export async function composePartnerLetter(
  deps: Deps,
  { about, sealed, locale }: LedgerLetter,
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
  const campus = about && deps.campuses.byId(Number(about.campusId))
  const letter = campaignLetter(campaign, 'partner-invitation', locale, {
    campaignTitle: textIn(campaign, [locale]).title,
    hostName: campaign.organization.name,
    organizationName: row.organizationName,
    invitationUrl: `${deps.publicUrl}/console/partner-invitation#${token}`,
    ...(campus && { campusName: campus.name }),
    validDays: Math.ceil((row.expiresAt.getTime() - deps.now().getTime()) / DAY_MS),
  })
  return { to, ...letter }
}
