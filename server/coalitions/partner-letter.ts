import { and, eq, gt } from 'drizzle-orm'
import { renderEmail } from '../../emails/emails.ts'
import { textIn } from '../campaigns/campaign.ts'
import type { Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import { partnerInvitations } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { messageIdOf } from '../mail/message-id.ts'
import { tokenHash } from '../organizers/sessions.ts'

/** As it waits in the database: whoever reads it there learns neither the address nor the link. */
export interface PartnerLetter {
  /** Email and token, sealed by the server key, base64. */
  sealed: string
  locale: string
}

interface Sealed {
  email: string
  token: string
}

const CONTEXT = Buffer.from('partner-invitation')
const DAY_MS = 24 * 3_600_000

/** Has the link sent. Of one invitation only the newest letter waits. */
export async function partnerLetter(
  tx: Tx,
  { keys }: Deps,
  { id, email, token, locale }: Sealed & { id: number; locale: string },
): Promise<void> {
  const sealed = keys.seal('organizer', Buffer.from(JSON.stringify({ email, token })), CONTEXT)
  const payload: PartnerLetter = { sealed: sealed.toString('base64'), locale }
  await addJobs(tx, [{ task: 'partner-invitation', key: `partner-invitation ${id}`, payload }])
}

/** Nothing is sent for an invitation that was cancelled, accepted, renewed or has expired meanwhile. */
export async function sendPartnerLetter(deps: Deps, { sealed, locale }: PartnerLetter): Promise<void> {
  const bytes = Buffer.from(sealed, 'base64')
  const { email, token } = JSON.parse(deps.keys.open('organizer', bytes, CONTEXT).toString()) as Sealed
  const [row] = await deps.db
    .select()
    .from(partnerInvitations)
    .where(
      and(eq(partnerInvitations.tokenHash, tokenHash(token)), gt(partnerInvitations.expiresAt, deps.now())),
    )
  const campaign = row && (await deps.campaigns.byId(row.campaignId))
  if (!campaign) return
  const letter = await renderEmail('partner-invitation', locale, {
    campaignTitle: textIn(campaign, [locale]).title,
    hostName: campaign.organization.name,
    organizationName: row.organizationName,
    invitationUrl: `${deps.publicUrl}/console/partner-invitation#${token}`,
    validDays: Math.ceil((row.expiresAt.getTime() - deps.now().getTime()) / DAY_MS),
  })
  const way = campaign.isDemo ? deps.demoMail : deps.mail
  await way.send({ ...letter, to: email, messageId: messageIdOf(deps.publicUrl, bytes), locale })
}
