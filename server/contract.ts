import { Type, type Static } from 'typebox'
import { AddressDomain } from './campuses/contract.ts'

/** Of an address as it is typed: a name and brackets may stand around it. */
export const LONGEST_ADDRESS = 320
/** Of what a person types in a line; a field of its own says with a reason what is shorter. */
export const LONGEST_TEXT = 500

/** RFC 9457; `code` is what programs read. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    field: Type.Optional(Type.String({ description: 'The field of the request that this is about.' })),
    addressDomain: Type.Optional(AddressDomain),
    sign: Type.Optional(Type.String({ description: 'The one sign in the field that is the trouble.' })),
  },
  { $id: 'Problem' },
)
export type Problem = Static<typeof Problem>

/** Of a route that takes no body. Browsers and programs may send an empty one. */
export const Nothing = Type.Unsafe<unknown>({
  not: {
    anyOf: [
      { type: 'object', minProperties: 1 },
      { type: 'string', minLength: 1 },
      { type: 'array' },
      { type: 'number' },
      { type: 'boolean' },
    ],
  },
})

/** The answer to what was done and leaves nothing to be told. */
export const Done = { 204: Type.Unsafe<unknown>({ type: 'null', description: 'Done.' }) }

/** At which something was read that is to be changed. */
export const Revision = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'At which it was read.',
})
