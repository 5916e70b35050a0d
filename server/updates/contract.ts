import { Type, type Static } from 'typebox'
import { Locale, Slug } from '../campaigns/contract.ts'
import { CampusDomain } from '../campuses/contract.ts'
import { Revision } from '../contract.ts'

export const UpdatePath = Type.Object({
  campaign: Slug,
  update: Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' }),
})
export const UpdateEmailPath = Type.Object({ ...UpdatePath.properties, locale: Locale })

const Instant = Type.String({ format: 'date-time', maxLength: 40 })

/** As it was typed; it is judged when it is to be sent. */
const Typed = Type.Object(
  { subject: Type.String({ maxLength: 500 }), body: Type.String({ maxLength: 10_000 }) },
  { additionalProperties: false },
)
const content = {
  words: Type.Record(Locale, Typed, { maxProperties: 10 }),
  campuses: Type.Optional(
    Type.Array(CampusDomain, {
      minItems: 1,
      maxItems: 5_000,
      description: 'To signers of these alone; left out: to all, whatever campus they have.',
    }),
  ),
}

export const NewUpdate = Type.Object(content, { $id: 'NewUpdate', additionalProperties: false })
export type NewUpdate = Static<typeof NewUpdate>

export const UpdateChange = Type.Object(
  { ...content, revision: Revision },
  { $id: 'UpdateChange', additionalProperties: false },
)
export type UpdateChange = Static<typeof UpdateChange>

/** Sends what was read at this revision. */
export const UpdateRevision = Type.Object(
  { revision: Revision },
  { $id: 'UpdateRevision', additionalProperties: false },
)

export const UpdateSchedule = Type.Object(
  { revision: Revision, at: Instant },
  { $id: 'UpdateSchedule', additionalProperties: false },
)
export type UpdateSchedule = Static<typeof UpdateSchedule>

export const UpdateState = Type.Enum(['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled'])
export type UpdateState = Static<typeof UpdateState>

export const Update = Type.Object(
  {
    id: Type.Integer(),
    ...content,
    state: UpdateState,
    revision: Type.Integer(),
    scheduledAt: Type.Optional(Instant),
    startedAt: Type.Optional(Instant),
    endedAt: Type.Optional(Instant),
    found: Type.Integer({ description: 'Readers when it began.' }),
    written: Type.Integer({ description: 'Letters asked for so far, the late ones included.' }),
    late: Type.Integer({ description: 'Of those, to signers who confirmed after it began.' }),
    waiting: Type.Integer({ description: 'Letters that are still to go.' }),
    sent: Type.Integer({ description: 'Letters that the mail server took.' }),
    refused: Type.Integer({ description: 'Letters that no mail server took.' }),
    madeBy: Type.String(),
    madeAt: Instant,
  },
  { $id: 'Update' },
)
export type Update = Static<typeof Update>

/** The newest first, and whether signers are told of milestones. */
export const Updates = Type.Object(
  {
    updates: Type.Array(Update),
    locales: Type.Array(Locale, { description: 'Of the campaign, its own first.' }),
    milestones: Type.Boolean(),
  },
  { $id: 'Updates' },
)
export type Updates = Static<typeof Updates>

/** Who would read it: signers who confirmed and asked to be written to. */
export const Readers = Type.Object(
  {
    all: Type.Integer(),
    campuses: Type.Array(
      Type.Object({ campus: CampusDomain, name: Type.String(), readers: Type.Integer() }),
      {
        description:
          'Those with at least twice `smallestShown` readers, each rounded down to a multiple of `smallestShown`.',
      },
    ),
  },
  { $id: 'Readers' },
)
export type Readers = Static<typeof Readers>

/** What readers get, in each locale in which it is worded. */
export const UpdatePreview = Type.Object(
  {
    readers: Type.Optional(
      Type.Integer({
        description:
          'Of some campuses rounded down; left out where they have too few readers to be written to.',
      }),
    ),
    problems: Type.Array(Type.String(), { description: 'What is to be mended before it can be sent.' }),
    emails: Type.Array(
      Type.Object({
        locale: Locale,
        from: Type.Optional(
          Type.String({ description: 'What the sender is called, where it is not as the server says.' }),
        ),
        subject: Type.String(),
        text: Type.String(),
      }),
    ),
  },
  { $id: 'UpdatePreview' },
)
export type UpdatePreview = Static<typeof UpdatePreview>

export const MilestonesChange = Type.Object(
  { on: Type.Boolean() },
  { $id: 'MilestonesChange', additionalProperties: false },
)
