import { Type, type Static } from 'typebox'
import { Slug } from '../campaigns/contract.ts'
import { CampusDomain } from '../campuses/contract.ts'

export const OfflineCountParams = Type.Object({
  campaign: Slug,
  id: Type.String({ maxLength: 9, pattern: '^[1-9][0-9]{0,8}$' }),
})

export const NewOfflineCount = Type.Object(
  {
    campus: Type.Optional(Type.String({ maxLength: 253, description: 'The domain of a known campus.' })),
    count: Type.Integer({ minimum: 1, maximum: 100_000 }),
    note: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '\\S',
      description: 'Where the sheets were signed.',
    }),
  },
  { $id: 'NewOfflineCount', additionalProperties: false },
)
export type NewOfflineCount = Static<typeof NewOfflineCount>

const Campus = Type.Object({ campus: CampusDomain, name: Type.String() })

/** Sheets of paper without addresses: they are part of no tally, and nobody can check them. */
export const OfflineCounts = Type.Object(
  {
    counts: Type.Array(
      Type.Object({
        id: Type.Integer(),
        campus: Type.Optional(Campus),
        count: Type.Integer(),
        note: Type.String(),
        at: Type.String({ format: 'date-time', maxLength: 40 }),
      }),
      { description: 'The newest first.' },
    ),
    byCampus: Type.Array(Type.Object({ campus: Type.Optional(Campus), count: Type.Integer() }), {
      description: 'The largest first; without `campus` for sheets of none.',
    }),
    all: Type.Integer(),
  },
  { $id: 'OfflineCounts' },
)
export type OfflineCounts = Static<typeof OfflineCounts>

/** How many rows come in one request. */
const MOST_ROWS = 200

/** A row of somebody's sheet. What its cells hold is checked row by row, so that one bad row does not refuse the rest. */
const Row = Type.Object(
  {
    row: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Its number in the sheet.' }),
    email: Type.String({ maxLength: 320 }),
    campus: Type.Optional(Type.String({ maxLength: 253 })),
    locale: Type.Optional(Type.String({ maxLength: 35 })),
  },
  { additionalProperties: false },
)
export type Row = Static<typeof Row>

export const ImportRows = Type.Object(
  { rows: Type.Array(Row, { minItems: 1, maxItems: MOST_ROWS }) },
  { $id: 'ImportRows', additionalProperties: false },
)
export type ImportRows = Static<typeof ImportRows>

const SeenRow = Type.Object({
  row: Type.Integer(),
  status: Type.Enum(['ok', 'double', 'malformed', 'unknown-campus', 'which-campus', 'not-eligible']),
  reason: Type.Optional(Type.String({ description: 'A sentence, for every row but those that are ok.' })),
})
export type SeenRow = Static<typeof SeenRow>

/** What becomes of each row. Whether an address has pledged already is told to nobody but its mailbox. */
export const ImportedRows = Type.Object({ rows: Type.Array(SeenRow) }, { $id: 'ImportedRows' })
export type ImportedRows = Static<typeof ImportedRows>
