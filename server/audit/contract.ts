import { Type, type Static } from 'typebox'
import { Slug } from '../campaigns/contract.ts'

/** Everything that is written down. A name, once used, keeps its meaning. */
export const actions = [
  'organizer.sign-in',
  'organizer.sign-out',
  'session.end',
  'passkey.add',
  'passkey.remove',
  'passkey.stop',
  'recovery-codes.make',
  'passkey-reset.ask',
  'passkey-reset.approve',
  'passkey-reset.cancel',
  'organization.make',
  'organization.change',
  'organization.hand-over',
  'member.invite',
  'member.join',
  'member.change-role',
  'member.remove',
  'member.leave',
  'invitation.cancel',
  'organization-key.set',
  'organization-key.replace',
  'organization-key.approve',
  'organization-key.cancel',
  'organization-key.read',
  'partner.invite',
  'partner.join',
  'partner.leave',
  'source.register',
  'source.remove',
  'campaign.make',
  'campaign.change',
  'campaign.open',
  'campaign.close',
  'campaign.reopen',
  'campaign.delete',
  'campaign.forget',
  'pledge-text.change',
  'chapter-request.approve',
  'chapter-request.decline',
  'exclusion.apply',
  'exclusion.undo',
  'exclusion.keep',
  'name.hide',
  'update.write',
  'update.change',
  'update.delete',
  'update.test',
  'update.schedule',
  'update.unschedule',
  'update.send',
  'update.pause',
  'update.resume',
  'update.cancel',
  'milestones.change',
  'export.make',
  'import.make',
  'offline-count.add',
  'offline-count.remove',
  'switch.on',
  'switch.off',
] as const
export type AuditAction = (typeof actions)[number]

/** Newest first. */
export const AuditQuery = Type.Object(
  {
    before: Type.Optional(
      Type.String({
        maxLength: 15,
        pattern: '^[1-9][0-9]{0,14}$',
        description: 'Entries older than this id.',
      }),
    ),
    action: Type.Optional(
      Type.String({
        maxLength: 40,
        pattern: '^[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*)?$',
        description: 'One action, or all of a noun: "member".',
      }),
    ),
    campaign: Type.Optional(Slug),
  },
  { additionalProperties: false },
)
export type AuditQuery = Static<typeof AuditQuery>

/** Who did it, as far as the reader may know. */
const Who = Type.Union([
  Type.Object({ is: Type.Literal('member'), name: Type.String() }),
  Type.Object({ is: Type.Literal('partner'), organization: Type.String() }),
  Type.Object({ is: Type.Literal('gone'), id: Type.Integer() }),
  Type.Object({ is: Type.Literal('server') }),
])

export const AuditPage = Type.Object(
  {
    entries: Type.Array(
      Type.Object({
        id: Type.Integer(),
        at: Type.String({ format: 'date-time', maxLength: 40 }),
        action: Type.String(),
        who: Who,
        session: Type.Optional(
          Type.Object({
            id: Type.Integer(),
            device: Type.Optional(
              Type.String({ description: 'While the session exists: "Firefox on Android".' }),
            ),
          }),
        ),
        campaign: Type.Optional(Type.Object({ slug: Slug, title: Type.String() })),
        whom: Type.Optional(Who),
        details: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
    next: Type.Optional(Type.Integer({ description: 'Ask for what is before this.' })),
  },
  { $id: 'AuditPage' },
)
export type AuditPage = Static<typeof AuditPage>
export type AuditWho = Static<typeof Who>
