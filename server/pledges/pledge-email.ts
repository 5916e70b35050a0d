import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { type EmailName, type EmailValues, renderEmail } from '../../emails/emails.ts'
import { type Campaign, textIn } from '../campaigns/campaign.ts'
import { pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { sixDigitCode } from './code.ts'
import { openContact } from './contact.ts'
import type { PledgeKey } from './mailbox.ts'
import type { PledgeEmail } from './signing.ts'
import { signToken } from './token.ts'

type PledgeRow = typeof pledges.$inferSelect

const CONFIRM_DAYS = 7
const MY_PLEDGE_HOURS = 24

/**
 * After signing: asks the mailbox to confirm, or tells it that it has pledged already.
 * Throws where the letter did not go; the job queue tries again later.
 */
export async function sendPledgeEmail(deps: Deps, job: PledgeEmail): Promise<void> {
  const found = await findPledge(deps, job)
  if (!found) return
  const { campaign, row } = found
  if (row.confirmedAt) return await sendAlreadyPledged(deps, job, found)
  const text = textIn(campaign, [job.locale])
  await send(deps, campaign, job, 'confirm', {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    pledgeText: text.body,
    confirmUrl: `${deps.publicUrl}/confirm/${confirmToken(deps, row)}?locale=${text.locale}`,
    code: sixDigitCode(deps.keys, row, row.codeNonce, row.choicesHash),
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    ticks: { listsName: row.listsName, wantsUpdates: row.wantsUpdates },
    expiresInDays: CONFIRM_DAYS,
  })
}

/** The link to all that is held; a pledge that waits for its confirmation gets that email again. */
export async function sendMyPledgeLink(deps: Deps, job: PledgeEmail): Promise<void> {
  const found = await findPledge(deps, job)
  if (!found) return
  if (found.row.state === 'pending') return await sendPledgeEmail(deps, job)
  const text = textIn(found.campaign, [job.locale])
  await send(deps, found.campaign, job, 'my-pledge-link', {
    campaignTitle: text.title,
    myPledgeUrl: myPledgeUrl(deps, found.row, text.locale),
    validHours: MY_PLEDGE_HOURS,
  })
}

async function sendAlreadyPledged(deps: Deps, job: PledgeEmail, { campaign, row }: Found): Promise<void> {
  const text = textIn(campaign, [job.locale])
  await send(deps, campaign, job, 'already-pledged', {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
  })
}

interface Found {
  campaign: Campaign
  row: PledgeRow
}

async function findPledge(deps: Deps, job: PledgeEmail): Promise<Found | undefined> {
  const { campaignId, emailDigest, addressDigest } = keyOf(job)
  const campaign = await deps.campaigns.byId(campaignId)
  const [row] = await deps.db
    .select()
    .from(pledges)
    .where(
      and(
        eq(pledges.campaignId, campaignId),
        eq(pledges.emailDigest, emailDigest),
        eq(pledges.addressDigest, addressDigest),
      ),
    )
  return campaign && row && { campaign, row }
}

function keyOf(job: PledgeEmail): PledgeKey {
  return {
    campaignId: job.campaign,
    emailDigest: Buffer.from(job.emailDigest, 'hex'),
    addressDigest: Buffer.from(job.addressDigest, 'hex'),
  }
}

/** The made-up world of a demo writes to the mailbox page alone, whatever mail settings there are. */
async function send<Name extends EmailName>(
  deps: Deps,
  campaign: Campaign,
  job: PledgeEmail,
  name: Name,
  values: EmailValues[Name],
): Promise<void> {
  const letter = await renderEmail(name, job.locale, values)
  const { email } = openContact(deps.keys, keyOf(job), Buffer.from(job.contact, 'base64'))
  const way = campaign.isDemo ? deps.demoMail : deps.mail
  await way.send({ ...letter, to: email, messageId: messageId(deps, job), locale: job.locale })
}

/** Follows from the sealed contact, which no two signatures share: the same at each retry, and telling nothing. */
function messageId({ publicUrl }: Deps, { contact }: PledgeEmail): string {
  const id = createHash('sha256').update(contact).digest('hex').slice(0, 32)
  return `<${id}@${new URL(publicUrl).hostname}>`
}

/** The token in the link of a confirmation email: it confirms the choices that the email lists. */
export function confirmToken(deps: Deps, row: PledgeKey & { choicesHash: Buffer }): string {
  return signToken(deps, { purpose: 'confirm', key: row, choices: row.choicesHash, now: deps.now() })
}

function myPledgeUrl(deps: Deps, key: PledgeKey, locale: string): string {
  const token = signToken(deps, { purpose: 'my-pledge', key, now: deps.now() })
  return `${deps.publicUrl}/my-pledge/${token}?locale=${locale}`
}
