import fc from 'fast-check'

/** What the OpenAPI document uses of JSON Schema. */
export interface Schema {
  $ref?: string
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
}

export type Schemas = Record<string, Schema>

/** Stands for what the server knows by this name: see `world.ts`. */
export const known = (name: string) => `«${name}»`

/** Names under which the server may know something. */
const KNOWN = new Set(
  'slug campaign organization domain campus organizer partner token email code source revision locale fingerprint textVersion at'.split(
    ' ',
  ),
)
const LONGEST_LIST = 4

/** Strings that have broken something somewhere. */
const infamous = [
  '',
  ' ',
  '\0',
  'a\r\nBcc: z@z.example',
  "' or 1=1 --",
  '=HYPERLINK("http://evil.example")',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  '{{7*7}}',
  '\ud800',
  '\u202eevil',
  'ａ@ｇatech.edu',
  'a@b',
  '-1',
  '1e400',
  '9007199254740993',
  '99999999999999999999',
  '2026-13-45T99:99:99Z',
  '0000-01-01T00:00:00Z',
  'null',
  'a'.repeat(10_000),
  '🏴'.repeat(500),
]

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...infamous) },
  // What no text of the database holds: nothing has found more.
  { weight: 2, arbitrary: fc.constant('\0') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
)

/** Whatever JSON can say. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 31, -(2 ** 53), 1e300, [], {}),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(deep(500), Array(5_000).fill(0)) },
)

function deep(levels: number): unknown {
  let value: unknown = 0
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

/** What a schema allows, and, at each place, now and then what it does not. */
export function valueOf(schema: Schema, schemas: Schemas, name = '', wrong = hostile): fc.Arbitrary<unknown> {
  const allowed = allowedBy(schema, schemas)
  const weighted = [
    { weight: 40, arbitrary: allowed },
    { weight: 1, arbitrary: wrong },
  ]
  if (KNOWN.has(name)) weighted.push({ weight: 60, arbitrary: fc.constant(known(name)) })
  return fc.oneof(...weighted)
}

function allowedBy(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  if (schema.$ref) return allowedBy(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => allowedBy(one, schemas)))
  if (schema.type === 'object') return objectOf(schema, schemas)
  if (schema.type === 'array') return listOf(schema, schemas)
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema)
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'null') return fc.constant(null)
  return schema.type === 'string' ? textOf(schema) : fc.jsonValue({ maxDepth: 2 })
}

function objectOf({ properties = {}, required = [] }: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, valueOf(one, schemas, name)]),
  )
  const whole = fc.record(values, { requiredKeys: required })
  const more = fc.tuple(whole, fc.constantFrom('__proto__', 'constructor', 'isAdmin', 'id'), hostile)
  return fc.oneof(
    { weight: 20, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(values, { requiredKeys: [] }) },
    { weight: 1, arbitrary: more.map(([object, name, value]) => ({ ...object, [name]: value })) },
  )
}

function listOf({ items = {}, minItems = 0, maxItems = LONGEST_LIST }: Schema, schemas: Schemas) {
  const maxLength = Math.max(minItems, Math.min(maxItems, LONGEST_LIST))
  return fc.array(valueOf(items, schemas), { minLength: minItems, maxLength })
}

function numberOf({ minimum = -(2 ** 31), maximum = 2 ** 31 }: Schema) {
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
}

function textOf({ pattern, format, minLength = 0, maxLength = 80 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'uri') return fc.webUrl()
  // Categories of Unicode are for words, which the other branch makes.
  if (pattern && !pattern.includes('\\P{')) return matching(pattern)
  const longest = Math.max(minLength, Math.min(maxLength, 200))
  return fc.oneof(
    fc.string({ minLength, maxLength: longest }),
    fc.constant('x'.repeat(Math.min(maxLength, 20_000))),
  )
}

const matchingOnes = new Map<string, fc.Arbitrary<string>>()

/** Each is made once: that takes far longer than a text of it. */
function matching(pattern: string): fc.Arbitrary<string> {
  const made = matchingOnes.get(pattern) ?? fc.stringMatching(new RegExp(pattern, 'u'))
  matchingOnes.set(pattern, made)
  return made
}
