import { Type, type Static } from 'typebox'
import { Locale, Slug } from '../campaigns/contract.ts'

export const CampaignOnly = Type.Object({ campaign: Slug })

/** As it stands in `?source=`. */
export const SourceCode = Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })

export const SourceParams = Type.Object({ campaign: Slug, code: SourceCode })

export const NewSource = Type.Object(
  { code: SourceCode, name: Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' }) },
  { $id: 'NewSource', additionalProperties: false },
)
export type NewSource = Static<typeof NewSource>

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
    asOf: Type.String({ format: 'date-time', description: 'When the figures were counted.' }),
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
  },
  { $id: 'EmbedSettings' },
)
export type EmbedSettings = Static<typeof EmbedSettings>
