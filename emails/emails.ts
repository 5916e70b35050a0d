import { alreadyPledged, type AlreadyPledgedValues } from './already-pledged.ts'
import { chapterRequest, type ChapterRequestValues } from './chapter-request.ts'
import { confirm, type ConfirmValues } from './confirm.ts'
import type { ComposedEmail, Email, Naming, RenderedEmail } from './email.ts'
import { withOwn } from './fill.ts'
import { firstPasskey, type FirstPasskeyValues } from './first-passkey.ts'
import { milestone, type MilestoneValues } from './milestone.ts'
import { myPledgeLink, type MyPledgeLinkValues } from './my-pledge-link.ts'
import { organizationKey, type OrganizationKeyValues } from './organization-key.ts'
import { organizerInvitation, type OrganizerInvitationValues } from './organizer-invitation.ts'
import { organizerSignIn, type OrganizerSignInValues } from './organizer-sign-in.ts'
import { passkeyReset, type PasskeyResetValues } from './passkey-reset.ts'
import { partnerInvitation, type PartnerInvitationValues } from './partner-invitation.ts'
import { placeChanged, type PlaceChangedValues } from './place-changed.ts'
import { reminder, type ReminderValues } from './reminder.ts'
import { signInChanged, type SignInChangedValues } from './sign-in-changed.ts'
import { update, type UpdateValues } from './update.ts'

export interface EmailValues {
  confirm: ConfirmValues
  reminder: ReminderValues
  'already-pledged': AlreadyPledgedValues
  'my-pledge-link': MyPledgeLinkValues
  milestone: MilestoneValues
  update: UpdateValues
  'chapter-request': ChapterRequestValues
  'partner-invitation': PartnerInvitationValues
  'organizer-invitation': OrganizerInvitationValues
  'organizer-sign-in': OrganizerSignInValues
  'passkey-reset': PasskeyResetValues
  'sign-in-changed': SignInChangedValues
  'first-passkey': FirstPasskeyValues
  'place-changed': PlaceChangedValues
  'organization-key': OrganizationKeyValues
}
export type EmailName = keyof EmailValues

/** Every email that is ever sent. */
export const emails: { [Name in EmailName]: Email<EmailValues[Name]> } = {
  confirm,
  reminder,
  'already-pledged': alreadyPledged,
  'my-pledge-link': myPledgeLink,
  milestone,
  update,
  'chapter-request': chapterRequest,
  'partner-invitation': partnerInvitation,
  'organizer-invitation': organizerInvitation,
  'organizer-sign-in': organizerSignIn,
  'passkey-reset': passkeyReset,
  'sign-in-changed': signInChanged,
  'first-passkey': firstPasskey,
  'place-changed': placeChanged,
  'organization-key': organizationKey,
}

/** Any locale we have no words for is answered in English. Throws on a URL that is not http or https. */
export function composeEmail<Name extends EmailName>(
  name: Name,
  locale: string,
  values: EmailValues[Name],
  naming?: Naming,
): ComposedEmail {
  return emails[name].compose(locale, values, naming)
}

/** All that one reader gets. */
export async function rendered({ own, shared }: ComposedEmail): Promise<RenderedEmail> {
  const { subject, html, text } = await shared()
  return { subject: withOwn(subject, own), html: withOwn(html, own), text: withOwn(text, own) }
}

export async function renderEmail<Name extends EmailName>(
  name: Name,
  locale: string,
  values: EmailValues[Name],
  naming?: Naming,
): Promise<RenderedEmail> {
  return await rendered(composeEmail(name, locale, values, naming))
}
