import type { Operation } from './operations.ts'
import type { FuzzedRequest } from './requests.ts'
import { inWorld, type World } from './world.ts'

/** A request as it goes over the wire. */
export interface Sendable {
  method: Operation['method']
  url: string
  headers?: { 'content-type': string }
  payload?: string
}

export function sendable(operation: Operation, request: FuzzedRequest, world: World): Sendable {
  const { method } = operation
  const url = urlOf(operation, request, world)
  const payload = bodyOf(operation, request, world)
  return payload === undefined
    ? { method, url }
    : { method, url, payload, headers: { 'content-type': request.type } }
}

function urlOf({ path }: Operation, request: FuzzedRequest, world: World): string {
  const part = (value: unknown) => encoded(inWorld(world, value))
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => part(request.path[name]))
  const asked = Object.entries(request.query).map(([name, value]) => `${encoded(name)}=${part(value)}`)
  return asked.length > 0 ? `${filled}?${asked.join('&')}` : filled
}

/** As a browser would; half of a pair cannot be said in an address. */
function encoded(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return encodeURIComponent(text.toWellFormed()).slice(0, 4_000)
}

function bodyOf({ answers }: Operation, { body }: FuzzedRequest, world: World): string | undefined {
  if (!body) return undefined
  if ('text' in body) return body.text
  const value = inWorld(world, body.value)
  return answers ? JSON.stringify(value) : formOf(value)
}

function formOf(value: unknown): string {
  return Object.entries((value ?? {}) as object)
    .map(([name, one]) => `${encoded(name)}=${encoded(one)}`)
    .join('&')
}
