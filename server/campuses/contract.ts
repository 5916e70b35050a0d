import { Type, type Static } from 'typebox'

const domainPattern = '^[a-z0-9-]+(\\.[a-z0-9-]+)+$'

/** A campus's public name in URLs: its domain, "gatech.edu". */
export const CampusDomain = Type.String({
  minLength: 3,
  maxLength: 253,
  pattern: domainPattern,
  description: 'A campus\'s public name: its domain, "gatech.edu".',
})

export const Campus = Type.Object(
  {
    campus: CampusDomain,
    name: Type.String(),
    shortName: Type.Optional(Type.String()),
    city: Type.Optional(Type.String()),
    region: Type.Optional(Type.String({ description: 'State or province.' })),
    country: Type.Optional(Type.String({ description: 'ISO 3166-1 alpha-2.' })),
  },
  { $id: 'Campus' },
)
export type Campus = Static<typeof Campus>

export const AddressDomainParams = Type.Object({
  domain: Type.String({
    minLength: 3,
    maxLength: 253,
    pattern: domainPattern,
    description: 'The part of an email address after the @, and nothing before it.',
  }),
})

export const AddressDomain = Type.Object(
  {
    system: Type.Optional(
      Type.String({ description: 'What several campuses are together, where the signer has to choose.' }),
    ),
    campuses: Type.Array(Campus, {
      description: 'The campus whose addresses these are, or those that share them; none: no campus address.',
    }),
  },
  { $id: 'AddressDomain' },
)
export type AddressDomain = Static<typeof AddressDomain>

export const CampusQuery = Type.Object(
  { q: Type.String({ maxLength: 200, description: 'A name, short name, alias, domain, or a part of one.' }) },
  { additionalProperties: false },
)

/** At most 8, best match first; none where `q` has fewer than two letters. */
export const CampusMatches = Type.Object({ campuses: Type.Array(Campus) }, { $id: 'CampusMatches' })
export type CampusMatches = Static<typeof CampusMatches>
