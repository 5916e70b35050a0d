import type { AuditAction, AuditWho } from '../../../server/audit/contract.ts'

/** What was done, after whoever did it and before whom it was done to. */
export const did: Record<AuditAction, string> = {
  'organizer.sign-in': 'signed in',
  'organizer.sign-out': 'signed out',
  'session.end': 'ended a session',
  'passkey.add': 'added a passkey',
  'passkey.remove': 'removed a passkey',
  'passkey.stop': 'removed by an emailed link the first passkey of',
  'recovery-codes.make': 'made new recovery codes',
  'passkey-reset.ask': 'asked to replace lost passkeys',
  'passkey-reset.approve': 'approved that lost passkeys are replaced, of',
  'passkey-reset.cancel': 'cancelled the replacing of passkeys',
  'organization.make': 'made the organization',
  'organization.change': 'changed name or website',
  'organization.hand-over': 'handed over to',
  'member.invite': 'invited somebody',
  'member.join': 'accepted an invitation',
  'member.change-role': 'changed the role of',
  'member.remove': 'removed',
  'member.leave': 'left',
  'invitation.cancel': 'cancelled an invitation',
  'organization-key.set': 'set the key for contacts',
  'organization-key.replace': 'asked to replace the key for contacts',
  'organization-key.approve': 'approved the new key for contacts',
  'organization-key.cancel': 'took back the new key for contacts',
  'organization-key.read': 'fetched the wrapped key for contacts',
  'partner.invite': 'invited a partner',
  'partner.join': 'joined as a partner',
  'partner.leave': 'ended a partnership',
  'source.register': 'registered a source',
  'source.remove': 'removed a source',
  'campaign.make': 'made the campaign',
  'campaign.change': 'changed the campaign',
  'campaign.open': 'opened the campaign',
  'campaign.close': 'closed the campaign',
  'campaign.reopen': 'opened the campaign again',
  'campaign.delete': 'deleted the campaign',
  'campaign.forget': 'forgot who signed, since the campaign was over for long enough',
  'pledge-text.change': 'changed the wording',
  'chapter-request.approve': 'approved a chapter',
  'chapter-request.decline': 'declined a chapter',
  'exclusion.apply': 'excluded pledges',
  'exclusion.undo': 'took an exclusion back',
  'exclusion.keep': 'left out what was held',
  'name.hide': 'took a name from the list of a campus',
  'update.write': 'began to write an update',
  'update.change': 'changed an update',
  'update.delete': 'deleted a draft of an update',
  'update.test': 'had an update sent to themselves',
  'update.schedule': 'scheduled an update',
  'update.unschedule': 'took a scheduled update back',
  'update.send': 'began to send an update',
  'update.pause': 'paused an update',
  'update.resume': 'went on sending an update',
  'update.cancel': 'cancelled an update',
  'milestones.change': 'switched news of milestones',
  'export.make': 'exported',
  'import.make': 'brought signatures in',
  'offline-count.add': 'added an offline count',
  'offline-count.remove': 'removed an offline count',
  'switch.on': 'turned a kill switch on',
  'switch.off': 'turned a kill switch off',
}

/** What the list can be narrowed to; the keys are the nouns before the dot of an action. */
export const kinds: Record<string, string> = {
  campaign: 'Campaigns',
  'pledge-text': 'Wording',
  exclusion: 'Weeding out',
  name: 'Names',
  update: 'Updates',
  milestones: 'Milestones',
  export: 'Exports',
  import: 'Bringing in',
  'offline-count': 'Offline counts',
  switch: 'Kill switches',
  source: 'Sources',
  partner: 'Partners',
  'chapter-request': 'Chapters',
  organization: 'Organization',
  'organization-key': 'Keys for contacts',
  member: 'Members',
  invitation: 'Invitations',
  passkey: 'Passkeys',
  'passkey-reset': 'Lost passkeys',
}

export function called(who: AuditWho): string {
  switch (who.is) {
    case 'member':
      return who.name
    case 'partner':
      return `Somebody of ${who.organization}`
    case 'gone':
      return `Somebody who is no longer here (no. ${who.id})`
    case 'server':
      return 'The server, or its operator'
    default:
      return who satisfies never
  }
}
