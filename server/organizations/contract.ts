import { Type, type Static } from 'typebox'
import { Locale, Slug } from '../campaigns/contract.ts'
import { Role } from '../organizers/contract.ts'

const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
const IdInPath = Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' })
const instant = () => Type.String({ format: 'date-time', maxLength: 40 })
/** One line that is not empty. */
const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '^\\P{Cc}*\\S\\P{Cc}*$' })
const Email = Type.String({ minLength: 3, maxLength: 320 })
const Token = Type.String({ minLength: 1, maxLength: 100 })

export const OrganizationParams = Type.Object({ organization: Slug })
export const MemberParams = Type.Object({ organization: Slug, organizer: IdInPath })
export const InvitationParams = Type.Object({ organization: Slug, invitation: IdInPath })

/** An organization as its members see it, and nobody else. */
export const Organization = Type.Object(
  {
    slug: Slug,
    name: Type.String(),
    url: Type.Optional(Type.String()),
    revision: Type.String({
      description: 'Sent back with a change, which is refused where it is not the newest.',
    }),
    members: Type.Array(
      Type.Object({
        id: Id,
        email: Type.String(),
        name: Type.Optional(Type.String()),
        role: Role,
        since: instant(),
        isYou: Type.Boolean(),
      }),
    ),
    invitations: Type.Array(
      Type.Object({
        id: Id,
        email: Type.Optional(Type.String({ description: 'For owners and editors.' })),
        role: Role,
        invitedAt: instant(),
        expiresAt: instant(),
        isExpired: Type.Boolean(),
      }),
    ),
  },
  { $id: 'Organization' },
)
export type Organization = Static<typeof Organization>

export const OrganizationChange = Type.Object(
  {
    name: Name,
    url: Type.Optional(Type.String({ maxLength: 300, description: 'https only; left out, there is none.' })),
    revision: Type.String({ maxLength: 40 }),
  },
  { $id: 'OrganizationChange', additionalProperties: false },
)
export type OrganizationChange = Static<typeof OrganizationChange>

export const RoleChange = Type.Object({ role: Role }, { $id: 'RoleChange', additionalProperties: false })

export const HandOver = Type.Object(
  {
    to: Type.Integer({
      minimum: 1,
      description: 'The organizer, a member, who becomes an owner in your place.',
    }),
  },
  { $id: 'HandOver', additionalProperties: false },
)

export const InvitationRequest = Type.Object(
  {
    email: Email,
    role: Role,
    locale: Type.Optional(Locale),
  },
  { $id: 'InvitationRequest', additionalProperties: false },
)
export type InvitationRequest = Static<typeof InvitationRequest>

export const InvitationLink = Type.Object(
  { token: Token },
  { $id: 'InvitationLink', additionalProperties: false },
)

/** What somebody is asked into, for whoever has the link. */
export const InvitationPreview = Type.Object(
  {
    organization: Type.Object({ name: Type.String() }),
    role: Role,
    email: Type.String(),
    expiresAt: instant(),
    isNew: Type.Boolean({ description: 'Nobody signs in with this address yet: a name may be given.' }),
  },
  { $id: 'InvitationPreview' },
)
export type InvitationPreview = Static<typeof InvitationPreview>

export const InvitationAcceptance = Type.Object(
  { token: Token, name: Type.Optional(Type.String({ maxLength: 500 })) },
  { $id: 'InvitationAcceptance', additionalProperties: false },
)
export type InvitationAcceptance = Static<typeof InvitationAcceptance>

export const Accepted = Type.Object(
  {
    organization: Type.Object({ slug: Slug, name: Type.String() }),
    role: Role,
    isSignedIn: Type.Boolean({ description: 'False where a passkey is needed to sign in.' }),
  },
  { $id: 'Accepted' },
)
export type Accepted = Static<typeof Accepted>
