import fc from 'fast-check'
import { nameOf, type Operation } from './operations.ts'
import { hostile, hostileText, type Schemas, valueOf } from './values.ts'

export interface FuzzedRequest {
  /** Its name: `POST /api/v1/…`. */
  operation: string
  path: Record<string, unknown>
  query: Record<string, unknown>
  /** As it is sent, or as a value that is. */
  body?: { text: string } | { value: unknown }
  type: string
  as: 'nobody' | 'organizer' | 'viewer' | 'signer'
  ip: string
}

/** Requests as the contract describes them, and, now and then, as it does not. */
export function requestsTo(operations: Operation[], schemas: Schemas): fc.Arbitrary<FuzzedRequest> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: operation.weight,
      arbitrary: requestTo(operation, schemas),
    })),
  )
}

function requestTo(operation: Operation, schemas: Schemas): fc.Arbitrary<FuzzedRequest> {
  const [path, query] = (['path', 'query'] as const).map((place) => {
    const there = operation.parameters.filter((parameter) => parameter.in === place)
    const values = there.map(({ name, schema }) => [name, valueOf(schema, schemas, name, hostileText)])
    const required = there.filter((one) => place === 'path' || one.required).map(({ name }) => name)
    return fc.record(Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: required,
    })
  }) as [fc.Arbitrary<Record<string, unknown>>, fc.Arbitrary<Record<string, unknown>>]
  return fc.record({
    operation: fc.constant(nameOf(operation)),
    path,
    query: fc.oneof(
      { weight: 10, arbitrary: query },
      { weight: 1, arbitrary: fc.dictionary(hostileText, hostileText, { maxKeys: 3 }) },
    ),
    body: bodyOf(operation, schemas),
    type: operation.answers ? jsonTypes : formTypes,
    as: fc.constantFrom('organizer', 'organizer', 'organizer', 'organizer', 'viewer', 'signer', 'nobody'),
    ip: fc.ipV4(),
  }) as fc.Arbitrary<FuzzedRequest>
}

const jsonTypes = fc.oneof(
  { weight: 30, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('application/json; charset=utf-16', 'text/plain', 'application/x'),
  },
)
const formTypes = fc.constantFrom('application/x-www-form-urlencoded', 'multipart/form-data; boundary=x')

function bodyOf({ body }: Operation, schemas: Schemas): fc.Arbitrary<FuzzedRequest['body']> {
  if (!body) return fc.constant(undefined)
  return fc.oneof(
    { weight: 20, arbitrary: valueOf(body, schemas).map((value) => ({ value })) },
    { weight: 1, arbitrary: hostile.map((value) => ({ value })) },
    { weight: 1, arbitrary: brokenJson.map((text) => ({ text })) },
  )
}

const brokenJson = fc.constantFrom(
  '',
  '{',
  '{"email":"a@b.example"',
  '{"__proto__":{"isAdmin":true}}',
  '[[[[',
  '\ufeff{}',
  '{"a":1}{"b":2}',
  'undefined',
  '"\\ud800"',
  `{"email":"${'x'.repeat(70_000)}"}`,
)
