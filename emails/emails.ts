import { alreadyPledged, type AlreadyPledgedValues } from './already-pledged.ts'
import { confirm, type ConfirmValues } from './confirm.ts'
import type { Email, RenderedEmail } from './email.ts'
import { myPledgeLink, type MyPledgeLinkValues } from './my-pledge-link.ts'
import { organizerInvitation, type OrganizerInvitationValues } from './organizer-invitation.ts'

export interface EmailValues {
  confirm: ConfirmValues
  'already-pledged': AlreadyPledgedValues
  'my-pledge-link': MyPledgeLinkValues
  'organizer-invitation': OrganizerInvitationValues
}
export type EmailName = keyof EmailValues

/** Every email that is ever sent. */
export const emails: { [Name in EmailName]: Email<EmailValues[Name]> } = {
  confirm,
  'already-pledged': alreadyPledged,
  'my-pledge-link': myPledgeLink,
  'organizer-invitation': organizerInvitation,
}

/** Any locale we have no words for is answered in English. Throws on a URL that is not http or https. */
export function renderEmail<Name extends EmailName>(
  name: Name,
  locale: string,
  values: EmailValues[Name],
): Promise<RenderedEmail> {
  return emails[name].render(locale, values)
}
