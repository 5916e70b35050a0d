import { expect, test } from 'vitest'
import { estamos } from '../estamos.ts'
import { requestSchemas, textFieldsIn } from './schemas.ts'

const schemas = requestSchemas()
estamos()

test('every text that a route takes has a greatest length', () => {
  const fields = schemas.flatMap(({ route, part, schema }) =>
    textFieldsIn(schema).map((field) => ({ ...field, name: `${route} ${part}${field.path}` })),
  )
  const unbounded = fields.filter(({ schema }) => typeof schema.maxLength !== 'number')

  expect(new Set(schemas.map(({ route }) => route)).size).toBeGreaterThan(100)
  expect(fields.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'POST /api/v1/campaigns/:slug/pledges body/email',
      'POST /c/:slug/pledges body/clauses/*',
      'GET /api/v1/campuses querystring/q',
    ]),
  )
  expect(unbounded.map(({ name }) => name)).toEqual([])
})
