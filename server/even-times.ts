import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { App } from './app.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** When its answer may go; undefined where the time of an answer tells nothing. */
    mayGo: Promise<void> | undefined
  }
}

/** How long after its request an answer leaves, if it is ready by then; most are within half of it. */
const QUIET_MS = 10
/** In a rush, so that waiting costs nobody a place in it: there the others make the difference. */
const RUSH_MS = 5
/** Answers that wait, past which there is a rush: with ten milliseconds each, 1,600 a second. */
const RUSH = 16

/**
 * Lets answers about a person go a fixed time after they were asked for, whatever there was to do: what Postgres writes
 * depends on what she did before, and how long it takes would tell (decision 0047).
 * @returns what makes a route keep that time
 */
export function evenTimes(app: App): (route: RouteOptions) => void {
  let waiting = 0
  app.decorateRequest('mayGo', undefined)

  /** Set before there is anything to do: a rest that is worked out afterwards would be rounded, and tell. */
  function begin(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(
      () => {
        waiting -= 1
        resolve()
      },
      waiting < RUSH ? QUIET_MS : RUSH_MS,
    )
    waiting += 1
    request.mayGo = promise
    done()
  }

  return (route) => {
    // Not when the headers are there: whoever holds the body back would use the time up.
    route.preHandler = [begin, ...[route.preHandler ?? []].flat()]
    route.onSend = [end, ...[route.onSend ?? []].flat()]
  }
}

async function end({ mayGo }: FastifyRequest): Promise<void> {
  await mayGo
}
