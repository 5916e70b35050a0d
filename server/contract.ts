import { Type, type Static } from 'typebox'

/** RFC 9457; `code` is what programs read. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    field: Type.Optional(Type.String({ description: 'The field of the request that this is about.' })),
  },
  { $id: 'Problem' },
)
export type Problem = Static<typeof Problem>
