import { Compile, type Validator } from 'typebox/schema'
import { doors } from '../../../server/doors.ts'
import type { Schema, Schemas } from './values.ts'

/** A call of the contract, or a page. */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its parameters in braces. */
  path: string
  parameters: { in: 'path' | 'query'; name: string; schema: Schema; required?: boolean }[]
  body?: Schema
  /** By status: what its body is like, where it is JSON. Undefined for pages, which may answer as they like. */
  answers?: Record<string, Validator | undefined>
  /** How often it is called, beside the others. */
  weight: number
}

export const nameOf = ({ method, path }: Operation) => `${method} ${path}`

interface Described {
  parameters?: Operation['parameters']
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface OpenApi {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Schemas }
}

/** Makes a file, or a letter. */
const COSTLY = /\/exports\/|preview|emails|suspicion|import|\/tests$/
/** Ends what the others need: a session, a membership, a drive. */
const ENDING = /^delete .*(sessions?|membership|members\/\{organizer\}|campaigns\/\{campaign\}|my-pledge)$/
/** Never ends where it succeeds: `tests/leaderboards/live.test.ts`. */
const ENDLESS = /\/live$/

export function operationsOf({ paths, components }: OpenApi): Operation[] {
  return Object.entries(paths)
    .filter(([path]) => !ENDLESS.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => operation(method, path, described, components)),
    )
}

function operation(
  method: string,
  path: string,
  { parameters = [], requestBody, responses }: Described,
  components: OpenApi['components'],
): Operation {
  const body = requestBody?.content['application/json']?.schema
  const answers = Object.fromEntries(
    Object.entries(responses).map(([status, { content }]) => {
      const schema = content?.['application/json']?.schema
      return [status, schema && Compile({ ...schema, components })]
    }),
  )
  const weight = COSTLY.test(path) || ENDING.test(`${method} ${path}`) ? 1 : 20
  return {
    method: method.toUpperCase() as Operation['method'],
    path,
    parameters,
    ...(body && { body }),
    answers,
    weight,
  }
}

/** Pages and embeds, and the forms that pages post. */
export function pages(): Operation[] {
  return Object.keys(doors)
    .filter((route) => !/ \/(api|dev|assets)\//.test(route))
    .map((route) => {
      const [method = '', url = ''] = route.split(' ')
      const names = [...url.matchAll(/:(\w+)|\*/g)].map(([, name]) => name ?? 'rest')
      const path = url.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}')
      const parameters = names.map((name) => ({ in: 'path' as const, name, schema: { type: 'string' } }))
      const query = ['locale', 'view', 'theme', 'source', 'q', 'url', 'return', 'campus'].map((name) => ({
        in: 'query' as const,
        name,
        schema: { type: 'string' },
      }))
      return {
        method: method as Operation['method'],
        path,
        parameters: [...parameters, ...query],
        ...(method === 'POST' && { body: FORM }),
        weight: 5,
      }
    })
}

const FORM: Schema = {
  type: 'object',
  properties: Object.fromEntries(
    'email name campus affiliation display updates shareWith locale source captcha code token textVersion about'
      .split(' ')
      .map((name) => [name, { type: 'string' }]),
  ),
}
