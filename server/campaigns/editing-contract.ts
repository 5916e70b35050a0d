/** What organizers write and read of a campaign in the console. */
import { Type, type Static, type TSchema } from 'typebox'
import { CampusDomain } from '../campuses/contract.ts'
import { Locale, Slug } from './contract.ts'
import { Revision } from '../contract.ts'

/** What a text says in each locale of its campaign: `{"en": "…", "es": "…"}`. */
const Localized = Type.Record(Type.String(), Type.String({ maxLength: 4_000 }))
export type Localized = Static<typeof Localized>

const Typed = Type.String({ maxLength: 20_000 })
const Instant = Type.String({ format: 'date-time', maxLength: 40 })
const Nullable = <Shape extends TSchema>(shape: Shape) => Type.Union([shape, Type.Null()])

/** The campaign's revision as it was read: a change by somebody else meanwhile refuses the request. */

export const NewCampaignRequest = Type.Object(
  { slug: Typed, title: Typed, locale: Locale },
  { $id: 'NewCampaignRequest', additionalProperties: false },
)
export type NewCampaignRequest = Static<typeof NewCampaignRequest>

const TextTyped = { locale: Locale, title: Typed, body: Typed, reason: Typed }
const TargetTyped = { name: Typed, reason: Localized, sourceUrl: Typed }
const NextStep = Type.Object({ label: Typed, url: Typed }, { additionalProperties: false })
const known = { id: Type.Optional(Type.Integer()) }

const EditedText = Type.Object(TextTyped, { additionalProperties: false })
export type EditedText = Static<typeof EditedText>
const EditedTarget = Type.Object(TargetTyped, { additionalProperties: false })
export type EditedTarget = Static<typeof EditedTarget>
const EditedClause = Type.Object({ ...known, words: Localized }, { additionalProperties: false })
export type EditedClause = Static<typeof EditedClause>
const EditedQuestion = Type.Object(
  {
    ...known,
    words: Localized,
    options: Type.Array(
      Type.Object(
        { number: Type.Optional(Type.Integer()), words: Localized },
        { additionalProperties: false },
      ),
      { maxItems: 50 },
    ),
  },
  { additionalProperties: false },
)
export type EditedQuestion = Static<typeof EditedQuestion>

const lists = {
  texts: Type.Array(EditedText, { maxItems: 30 }),
  targets: Type.Array(EditedTarget, { maxItems: 100 }),
  clauses: Type.Array(EditedClause, { maxItems: 50 }),
  questions: Type.Array(EditedQuestion, { maxItems: 50 }),
}

/** The whole list, in its order: what is not in it goes. */
const changeOf = <Name extends keyof typeof lists>(name: Name) =>
  Type.Object(
    { revision: Revision, [name]: lists[name] } as { revision: typeof Revision } & Pick<typeof lists, Name>,
    { additionalProperties: false },
  )
export const TextsChange = changeOf('texts')
export const TargetsChange = changeOf('targets')
export const ClausesChange = changeOf('clauses')
export const QuestionsChange = changeOf('questions')

const settings = {
  goal: Nullable(Type.Integer()),
  eligibility: Type.Enum(['anyone', 'campus-email']),
  smallestShown: Type.Integer(),
  namesShownAfter: Type.Integer(),
  pace: Type.Enum(['live', 'steps'], {
    description:
      'Whether one more shows at once, or a slow campus moves in steps of `smallestShown` and quarters of an hour.',
  }),
  contactMode: Type.Enum(['count-only', 'contactable']),
  mailNamesCampaign: Type.Boolean({ description: 'Its emails name it in subject and sender.' }),
  opensAt: Nullable(Instant),
  closesAt: Nullable(Instant),
  accent: Nullable(Typed),
}

/** Only what is named changes; null takes it away. */
export const SettingsChange = Type.Object(
  { revision: Revision, ...Type.Partial(Type.Object({ slug: Typed, ...settings })).properties },
  { $id: 'SettingsChange', additionalProperties: false },
)
export type SettingsChange = Static<typeof SettingsChange>

/** All that an organizer can change of a campaign, as it is now. */
export const CampaignSettings = Type.Object(
  {
    slug: Slug,
    revision: Revision,
    organization: Type.Object({ slug: Slug, name: Type.String() }),
    stage: Type.Enum(['draft', 'upcoming', 'open', 'closed']),
    demo: Type.Boolean(),
    forgetsAt: Type.Union([Instant, Type.Null()], {
      description: 'When who signed is forgotten for good; null while it is a draft or has no end.',
    }),
    forgotten: Type.Optional(
      Type.Object(
        {
          at: Instant,
          pledges: Type.Integer({ description: 'That lead to nobody any more.' }),
          remaining: Type.Integer({ description: 'That the next run tries again.' }),
          failures: Type.Array(Type.String(), { description: 'What the last run could not forget besides.' }),
          isDone: Type.Boolean(),
        },
        { description: 'Who signed is forgotten, or about to be; it cannot be opened again.' },
      ),
    ),
    ...settings,
    texts: Type.Array(Type.Object({ ...TextTyped, version: Type.Integer() })),
    targets: Type.Array(Type.Object(TargetTyped)),
    clauses: Type.Array(Type.Object({ id: Type.Integer(), words: Localized })),
    questions: Type.Array(
      Type.Object({
        id: Type.Integer(),
        words: Localized,
        options: Type.Array(Type.Object({ number: Type.Integer(), words: Localized })),
      }),
    ),
    logo: Type.Optional(Type.Object({ hash: Type.String(), type: Type.String() })),
    missing: Type.Array(Type.String(), { description: 'What has to be done before it can open.' }),
  },
  { $id: 'CampaignSettings' },
)
export type CampaignSettings = Static<typeof CampaignSettings>

export const RevisionBody = Type.Object({ revision: Revision }, { additionalProperties: false })
export const RevisionQuery = Type.Object({
  revision: Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' }),
})

/** What a campaign says to one campus. */
const campusSettings = {
  goal: Nullable(Type.Integer()),
  chapterName: Nullable(Typed),
  nextSteps: Type.Array(NextStep, { maxItems: 50 }),
}
export const CampusChange = Type.Object(
  { revision: Revision, ...campusSettings },
  { $id: 'CampusChange', additionalProperties: false },
)
export type CampusChange = Static<typeof CampusChange>

const CampusSettings = Type.Object({
  campus: Type.String({ maxLength: 253 }),
  name: Type.String(),
  ...campusSettings,
})
export type CampusSettings = Static<typeof CampusSettings>

export const OneCampus = Type.Object(
  { revision: Revision, ...CampusSettings.properties },
  { $id: 'OneCampus' },
)
export type OneCampus = Static<typeof OneCampus>

/** A page of the campuses that a campaign says something to, by name; `next` is what `after` asks for the rest with. */
export const CampusPage = Type.Object(
  {
    campuses: Type.Array(CampusSettings),
    total: Type.Integer(),
    next: Type.Optional(CampusDomain),
  },
  { $id: 'CampusPage' },
)
export type CampusPage = Static<typeof CampusPage>
export const CampusPageQuery = Type.Object({ after: Type.Optional(CampusDomain) })

/** The form as it stands, however unfinished: what is not named is as it was saved. */
export const PreviewRequest = Type.Object(
  {
    locale: Locale,
    isWholePage: Type.Boolean(),
    ...Type.Partial(Type.Object({ ...settings, ...lists })).properties,
    campus: Type.Optional(
      Type.Object(
        { campus: Type.String({ maxLength: 253 }), ...campusSettings },
        { additionalProperties: false },
      ),
    ),
  },
  { $id: 'PreviewRequest', additionalProperties: false },
)
export type PreviewRequest = Static<typeof PreviewRequest>
