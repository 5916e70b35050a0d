import diagnostics from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'

export type Schema = { [keyword: string]: unknown }

/** One request schema of a route, hidden routes included. */
export interface RequestSchema {
  /** `POST /c/:slug/pledges` */
  route: string
  part: 'body' | 'params' | 'querystring'
  schema: Schema
}

const PARTS = ['body', 'params', 'querystring'] as const

/** Fills as apps are built: call it at the top of a test file. */
export function requestSchemas(): RequestSchema[] {
  const found: RequestSchema[] = []
  diagnostics.subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', (route: RouteOptions) => {
      for (const part of PARTS) {
        const schema = route.schema?.[part] as Schema | undefined
        if (schema) found.push({ route: `${String(route.method)} ${route.url}`, part, schema })
      }
    })
  })
  return found
}

interface TextField {
  path: string
  schema: Schema
}

/** Every string in a schema that may hold any text, with the path to it; an item of a list is `*`. */
export function textFieldsIn(schema: unknown, path = ''): TextField[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => textFieldsIn(one, path))
  if (typeof schema !== 'object' || schema === null) return []
  const { type, properties, enum: one, const: only, ...others } = schema as Schema
  const own = type === 'string' && !one && only === undefined ? [{ path, schema: schema as Schema }] : []
  const named = Object.entries((properties ?? {}) as Schema)
  return [
    ...own,
    ...named.flatMap(([name, inner]) => textFieldsIn(inner, `${path}/${name}`)),
    ...['items', 'anyOf', 'oneOf', 'allOf', 'patternProperties', 'additionalProperties'].flatMap(
      (keyword) => {
        const inner = others[keyword]
        const all = keyword === 'patternProperties' ? Object.values((inner ?? {}) as Schema) : inner
        return textFieldsIn(all, keyword.endsWith('Of') ? path : `${path}/*`)
      },
    ),
  ]
}
