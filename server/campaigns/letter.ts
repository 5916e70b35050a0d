import { composeEmail, type EmailName, type EmailValues } from '../../emails/emails.ts'
import type { Addressed } from '../mail/addressed.ts'
import { type Campaign, textIn } from './campaign.ts'

/** A letter about a campaign: its subject and its sender name the campaign where the organizers chose so. */
export function campaignLetter<Name extends EmailName>(
  campaign: Campaign,
  name: Name,
  locale: string,
  values: EmailValues[Name],
): Omit<Addressed, 'to'> {
  const namesCampaign = campaign.mailNamesCampaign
  return {
    email: composeEmail(name, locale, values, { namesCampaign }),
    fromName: namesCampaign ? textIn(campaign, [locale]).title : undefined,
    isDemo: campaign.isDemo,
  }
}
