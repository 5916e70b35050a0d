import { isAnybodyPresent } from '../db/presence.ts'
import type { Deps } from '../deps.ts'
import { mailTotals } from '../mail/mail-tally.ts'
import type { Dashboard } from './contract.ts'

type MailFigures = NonNullable<Dashboard['host']>['mail']

/** What became of the letters, and how much of that anybody tells us: what nobody tells is left out, and is no nought. */
export async function mailOf({ db, backChannel }: Deps, campaignId: number): Promise<MailFigures> {
  const { sent, delivered, bounced, spamReported } = await mailTotals(db, campaignId)
  const told = await toldBy(db, backChannel)
  return {
    told,
    sent,
    bounced,
    // A mail server may say that a letter arrived although it is asked about failures alone.
    ...((told === 'deliveries' || delivered > 0) && { delivered }),
    ...((told === 'deliveries' || spamReported > 0) && { spamReported }),
  }
}

/** Letters may have a way back at whose end nobody listens. */
async function toldBy(
  db: Deps['db'],
  { sendgridKey, returnPaths }: Deps['backChannel'],
): Promise<MailFigures['told']> {
  if (sendgridKey) return 'deliveries'
  return returnPaths && (await isAnybodyPresent(db, 'receiver')) ? 'bounces' : 'refusals'
}
