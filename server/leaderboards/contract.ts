import { Type, type Static } from 'typebox'
import { CampusDomain } from '../campuses/contract.ts'
import { Slug } from '../campaigns/contract.ts'

export const Standing = Type.Object({
  campus: CampusDomain,
  name: Type.String(),
  confirmed: Type.Integer(),
  rank: Type.Integer({ description: 'From 1; equal counts share a rank.' }),
  perThousand: Type.Optional(Type.Number({ description: 'Confirmed pledges per thousand students.' })),
  goal: Type.Optional(Type.Integer()),
})
export type Standing = Static<typeof Standing>

/** Tallies ranked, as the public may see them: no campus below the campaign's `smallestShown`. */
export const Leaderboard = Type.Object(
  {
    version: Type.Integer({ description: 'Grows by one with every published change.' }),
    confirmed: Type.Integer({ description: 'The sum of all that is shown here.' }),
    goal: Type.Optional(Type.Integer()),
    campuses: Type.Array(Standing),
    others: Type.Optional(
      Type.Object(
        {
          campuses: Type.Integer({
            description: 'As many as so many people need at least; there may be more.',
          }),
          confirmed: Type.Integer(),
        },
        { description: 'Campuses too small to be shown, their sum rounded down.' },
      ),
    ),
    elsewhere: Type.Optional(Type.Integer({ description: 'Signers of no campus.' })),
    at: Type.String({ format: 'date-time', maxLength: 40 }),
  },
  { $id: 'Leaderboard' },
)
export type Leaderboard = Static<typeof Leaderboard>

export const CampusParams = Type.Object({ slug: Slug, domain: CampusDomain })

/** One campus in one campaign; figures only where it may be shown. */
export const CampusStanding = Type.Object(
  {
    campus: CampusDomain,
    name: Type.String(),
    shortName: Type.Optional(Type.String()),
    city: Type.Optional(Type.String()),
    region: Type.Optional(Type.String()),
    confirmed: Type.Optional(Type.Integer()),
    rank: Type.Optional(Type.Integer()),
    perThousand: Type.Optional(Type.Number()),
    goal: Type.Optional(Type.Integer()),
    above: Type.Optional(
      Type.Object(
        { campus: CampusDomain, name: Type.String(), confirmed: Type.Integer() },
        { description: 'The next campus above it.' },
      ),
    ),
    chapter: Type.Optional(Type.String()),
    nextSteps: Type.Array(Type.Object({ label: Type.String(), url: Type.String() })),
    names: Type.Array(Type.String(), {
      description:
        'At most five display names of those listed before today (UTC), once the campus has passed `namesShownAfter`.',
    }),
  },
  { $id: 'CampusStanding' },
)
export type CampusStanding = Static<typeof CampusStanding>
