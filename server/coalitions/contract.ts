import { Type, type Static } from 'typebox'
import { Locale, Slug } from '../campaigns/contract.ts'
import { CampusDomain } from '../campuses/contract.ts'

/** As it stands in `?source=`. */
export const SourceCode = Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })

export const SourceParams = Type.Object({ campaign: Slug, code: SourceCode })

export const NewSource = Type.Object(
  { code: SourceCode, name: Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' }) },
  { $id: 'NewSource', additionalProperties: false },
)
export type NewSource = Static<typeof NewSource>

const IdInPath = Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' })
/** One line that is not empty. */
const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '^\\P{Cc}*\\S\\P{Cc}*$' })
const Token = Type.String({ minLength: 1, maxLength: 100 })
const instant = () => Type.String({ format: 'date-time', maxLength: 40 })

const Organization = Type.Object({ slug: Slug, name: Type.String() })

/** What a source brought. For partners nothing in it stands for fewer than `smallestShown` people. */
export const SourceFigures = Type.Object({
  confirmed: Type.Integer(),
  created: Type.Optional(
    Type.Integer({
      description: 'Signed, whether confirmed or not; left out where it would tell of too few.',
    }),
  ),
  periods: Type.Array(
    Type.Object({
      from: Type.String({ format: 'date' }),
      to: Type.String({ format: 'date' }),
      confirmed: Type.Integer(),
    }),
    { description: 'Confirmed by day; for partners days are joined until each stands for enough.' },
  ),
  campuses: Type.Optional(
    Type.Array(Type.Object({ campus: CampusDomain, name: Type.String(), confirmed: Type.Integer() }), {
      description:
        'For partners: confirmed by campus, the largest first, rounded down to multiples of `smallestShown`.',
    }),
  ),
  elsewhere: Type.Optional(Type.Integer({ description: 'The same for signers of no campus.' })),
})
export type SourceFigures = Static<typeof SourceFigures>

export const Source = Type.Object({
  code: SourceCode,
  name: Type.String(),
  organization: Organization,
  isOwn: Type.Boolean({ description: 'Registered by the organization that asks.' }),
  figures: Type.Optional(SourceFigures),
})
export type Source = Static<typeof Source>

/** The sources that an organization may see: the host all of them, a partner its own. */
export const Sources = Type.Object(
  {
    sources: Type.Array(Source),
    smallestShown: Type.Integer({ description: 'Partners see no figures of a source with fewer pledges.' }),
    left: Type.Integer({ description: 'How many more this organization may register.' }),
    without: Type.Optional(
      Type.Integer({ description: 'Confirmed pledges that came by no registered source; for the host.' }),
    ),
    asOf: Type.String({ format: 'date-time', maxLength: 40, description: 'When the figures were counted.' }),
  },
  { $id: 'Sources' },
)
export type Sources = Static<typeof Sources>

/** What the embed builder makes snippets of. */
export const EmbedSettings = Type.Object(
  {
    publicUrl: Type.String(),
    slug: Slug,
    state: Type.Enum(['draft', 'upcoming', 'open', 'closed']),
    texts: Type.Array(Type.Object({ locale: Locale, title: Type.String() }), {
      description: 'The first locale is the campaign’s own.',
    }),
    script: Type.Object(
      { url: Type.String(), integrity: Type.String() },
      { description: 'The newest version of the widget, which stays at this address for good.' },
    ),
  },
  { $id: 'EmbedSettings' },
)
export type EmbedSettings = Static<typeof EmbedSettings>

export const PartnerParams = Type.Object({ campaign: Slug, partner: Slug })
export const PartnerInvitationParams = Type.Object({ campaign: Slug, invitation: IdInPath })
export const ChapterRequestParams = Type.Object({ campaign: Slug, request: IdInPath })

export const PartnerInvitationRequest = Type.Object(
  {
    organizationName: Name,
    email: Type.String({ minLength: 3, maxLength: 320 }),
    locale: Type.Optional(Locale),
  },
  { $id: 'PartnerInvitationRequest', additionalProperties: false },
)
export type PartnerInvitationRequest = Static<typeof PartnerInvitationRequest>

export const PartnerInvitationLink = Type.Object(
  { token: Token },
  { $id: 'PartnerInvitationLink', additionalProperties: false },
)

/** What an organization is asked into, for whoever has the link. */
export const PartnerInvitationPreview = Type.Object(
  {
    campaign: Type.Object({ title: Type.String() }),
    host: Type.Object({ name: Type.String() }),
    organizationName: Type.String(),
    email: Type.String(),
    isNew: Type.Boolean({ description: 'Nobody signs in with this address yet: a name may be given.' }),
    owned: Type.Array(Organization, {
      description: 'What whoever is signed in owns, and could bring instead of a new organization.',
    }),
  },
  { $id: 'PartnerInvitationPreview' },
)
export type PartnerInvitationPreview = Static<typeof PartnerInvitationPreview>

export const Joining = Type.Object(
  {
    token: Token,
    organization: Type.Optional(
      Type.String({ maxLength: 80, description: 'One that you own; left out, a new one is made.' }),
    ),
    name: Type.Optional(Type.String({ maxLength: 500, description: 'Your own, where you are new here.' })),
  },
  { $id: 'Joining', additionalProperties: false },
)
export type Joining = Static<typeof Joining>

export const Joined = Type.Object(
  {
    campaign: Slug,
    organization: Organization,
    isSignedIn: Type.Boolean({ description: 'False where a passkey is needed to sign in.' }),
  },
  { $id: 'Joined' },
)
export type Joined = Static<typeof Joined>

/** What one organization brought. */
export const CoalitionShare = Type.Object({
  slug: Slug,
  name: Type.String(),
  is: Type.Enum(['host', 'partner', 'former']),
  sources: Type.Integer({ description: 'Registered now.' }),
  confirmed: Type.Integer({
    description: 'Exact for the host; a partner sees the sum of what it is shown of its sources.',
  }),
  joinedAt: Type.Optional(instant()),
})
export type CoalitionShare = Static<typeof CoalitionShare>

export const ChapterRequest = Type.Object({
  id: Type.Integer(),
  campus: Type.Object({ campus: CampusDomain, name: Type.String() }),
  askedAt: instant(),
  contact: Type.Optional(
    Type.Object(
      {
        email: Type.String(),
        isOfCampus: Type.Boolean({ description: 'The address itself shows the campus.' }),
        name: Type.String(),
        about: Type.Optional(Type.String()),
      },
      { description: 'For those who decide: editors and owners of the host.' },
    ),
  ),
})
export type ChapterRequest = Static<typeof ChapterRequest>

export const Coalition = Type.Object(
  {
    isPartner: Type.Boolean(),
    host: Type.Object({ name: Type.String() }),
    you: Organization,
    shares: Type.Array(CoalitionShare),
    without: Type.Optional(
      Type.Integer({ description: 'Confirmed pledges that came by no registered source; for the host.' }),
    ),
    smallestShown: Type.Integer(),
    asOf: instant(),
    invitations: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.Integer(),
          organizationName: Type.String(),
          email: Type.Optional(Type.String({ description: 'For owners and editors.' })),
          expiresAt: instant(),
          isExpired: Type.Boolean(),
        }),
      ),
    ),
    chapterRequests: Type.Optional(Type.Array(ChapterRequest)),
  },
  { $id: 'Coalition' },
)
export type Coalition = Static<typeof Coalition>

export const Approval = Type.Object(
  { chapterName: Name },
  { $id: 'ChapterApproval', additionalProperties: false },
)
