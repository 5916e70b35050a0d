import { Type, type Static } from 'typebox'
import { Slug } from '../campaigns/contract.ts'

export const Role = Type.Enum(['owner', 'editor', 'viewer'])

/** Of routes about one campaign; the guard has looked it up. */
export const CampaignPath = Type.Object({ campaign: Slug })

/** Who is signed in, and what is hers to work on. */
export const Me = Type.Object(
  {
    organizer: Type.Object({
      id: Type.Integer(),
      email: Type.String(),
      name: Type.Optional(Type.String()),
    }),
    /** Until when the passkey that was last used vouches for exports, deletions, roles and keys. */
    freshUntil: Type.Optional(Type.String({ format: 'date-time' })),
    hasPasskey: Type.Boolean(),
    organizations: Type.Array(
      Type.Object({
        slug: Slug,
        name: Type.String(),
        role: Role,
        campaigns: Type.Array(
          Type.Object({
            slug: Slug,
            title: Type.String(),
            state: Type.Enum(['draft', 'upcoming', 'open', 'closed']),
            isPartner: Type.Boolean({ description: 'Carried by this organization, run by another.' }),
          }),
        ),
      }),
    ),
  },
  { $id: 'Me' },
)
export type Me = Static<typeof Me>
