import { type EmailName, type EmailValues, renderEmail } from '../../emails/emails.ts'
import { type Campaign, textIn } from '../campaigns/campaign.ts'
import { signedText } from '../campaigns/texts.ts'
import type { Clause } from '../campaigns/reading.ts'
import { findClauses, wordsIn } from '../campaigns/said.ts'
import { addJobs } from '../db/queue.ts'
import { pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { countLetters, type MailTotals } from '../mail/mail-tally.ts'
import { MailFailure } from '../mail/mail.ts'
import { messageIdOf } from '../mail/message-id.ts'
import { sixDigitCode } from './code.ts'
import { openContact } from './contact.ts'
import { isPledge, type PledgeKey } from './mailbox.ts'
import { emailJob, type PledgeEmail, readPledgeEmail } from './pledge-email-job.ts'
import { signToken } from './token.ts'

type PledgeRow = typeof pledges.$inferSelect

const CONFIRM_DAYS = 7
const MY_PLEDGE_HOURS = 24

/**
 * Makes a job of each email of signatures that were written together, so that each is tried again by itself.
 * Of one mailbox only the newest waits.
 */
export async function spreadPledgeEmails({ db }: Deps, emails: PledgeEmail[]): Promise<void> {
  await addJobs(
    db,
    emails.map((email) => emailJob('pledge-email', email)),
  )
}

/**
 * After signing: asks the mailbox to confirm, or tells it that it has pledged already.
 * Throws where the letter did not go; the job queue tries again later.
 */
export async function sendPledgeEmail(deps: Deps, email: PledgeEmail): Promise<void> {
  const asked = await findPledge(deps, email)
  if (!asked) return
  const { campaign, row } = asked
  if (row.confirmedAt) return await sendAlreadyPledged(deps, asked, row.confirmedAt)
  const text = await signedText(deps.db, campaign, { locale: row.locale, version: row.textVersion })
  await send(deps, asked, 'confirm', {
    campaignTitle: text.title,
    organizationName: campaign.organization.name,
    pledgeText: text.body,
    confirmUrl: `${deps.publicUrl}/confirm/${confirmToken(deps, row)}?locale=${text.locale}`,
    code: sixDigitCode(deps.keys, row, row.codeNonce, row.choicesHash),
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    ticks: {
      listsName: row.listsName,
      wantsUpdates: row.wantsUpdates,
      clauses: (await clausesWaiting(deps, row)).map(({ words }) => wordsIn(words, text.locale, campaign)),
    },
    expiresInDays: CONFIRM_DAYS,
  })
}

/** Those that the link would keep, as the row holds them together with the choices that it stands for. */
async function clausesWaiting({ db, keys }: Deps, row: PledgeRow): Promise<Clause[]> {
  return await findClauses(db, row.contact ? (openContact(keys, row, row.contact).clauses ?? []) : [])
}

/** The link to all that is held; a pledge that waits for its confirmation gets that email again. */
export async function sendMyPledgeLink(deps: Deps, email: PledgeEmail): Promise<void> {
  const asked = await findPledge(deps, email)
  if (!asked) return
  const { campaign, row, locale } = asked
  if (row.state === 'pending') return await sendPledgeEmail(deps, email)
  const text = textIn(campaign, [locale])
  await send(deps, asked, 'my-pledge-link', {
    campaignTitle: text.title,
    myPledgeUrl: myPledgeUrl(deps, row, text.locale),
    validHours: MY_PLEDGE_HOURS,
  })
}

/** Not to somebody who pressed twice and has confirmed since. */
async function sendAlreadyPledged(deps: Deps, asked: Asked, confirmedAt: Date): Promise<void> {
  if (asked.at < confirmedAt) return
  const text = textIn(asked.campaign, [asked.locale])
  await send(deps, asked, 'already-pledged', {
    campaignTitle: text.title,
    organizationName: asked.campaign.organization.name,
    myPledgeUrl: myPledgeUrl(deps, asked.row, text.locale),
  })
}

/** An email that was asked for, with the pledge it is about. */
interface Asked {
  campaign: Campaign
  row: PledgeRow
  contact: Buffer
  locale: string
  at: Date
}

async function findPledge(deps: Deps, email: PledgeEmail): Promise<Asked | undefined> {
  const { key, ...letter } = readPledgeEmail(email)
  const campaign = await deps.campaigns.byId(key.campaignId)
  const [row] = await deps.db.select().from(pledges).where(isPledge(key))
  return campaign && row && { campaign, row, ...letter }
}

/** The made-up world of a demo writes to the mailbox page alone, whatever mail settings there are. */
async function send<Name extends EmailName>(
  deps: Deps,
  { campaign, row, contact, locale }: Asked,
  name: Name,
  values: EmailValues[Name],
): Promise<void> {
  const letter = await renderEmail(name, locale, values)
  const { email } = openContact(deps.keys, row, contact)
  const way = campaign.isDemo ? deps.demoMail : deps.mail
  try {
    await way.send({ ...letter, to: email, messageId: messageIdOf(deps.publicUrl, contact), locale })
  } catch (error) {
    if (error instanceof MailFailure && error.isPermanent) await count(deps, campaign, { bounced: 1 })
    throw error
  }
  await count(deps, campaign, { sent: 1 })
}

/** A letter that went is not sent again only because it could not be counted. */
async function count(
  { db, now }: Deps,
  { id: campaignId }: Campaign,
  by: Partial<MailTotals>,
): Promise<void> {
  await countLetters(db, { campaignId, now: now(), ...by }).catch(() => {})
}

/** The token in the link of a confirmation email: it confirms the choices that the email lists. */
export function confirmToken(deps: Deps, row: PledgeKey & { choicesHash: Buffer }): string {
  return signToken(deps, { purpose: 'confirm', key: row, choices: row.choicesHash, now: deps.now() })
}

function myPledgeUrl(deps: Deps, key: PledgeKey, locale: string): string {
  const token = signToken(deps, { purpose: 'my-pledge', key, now: deps.now() })
  return `${deps.publicUrl}/my-pledge/${token}?locale=${locale}`
}
