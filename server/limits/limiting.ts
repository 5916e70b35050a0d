import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { doorOf } from '../doors.ts'
import { Refusal } from '../refusal.ts'
import { callerOf } from './caller.ts'
import { type LimitName, type Rate, type RequestLimit, requestLimits } from './classes.ts'
import type { RequestCounts } from './counts.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By the route's row in the table of doors. */
    limit?: LimitName
  }
}

type Limiting = Pick<Deps, 'requestCounts' | 'addressNames' | 'now'>

/** @throws Refusal `too-many-requests` */
type Check = (request: FastifyRequest) => Promise<void>

/** From here on in `app` every request is counted before anything else is done for it, also where there is no route. */
export async function limitRequests(app: App, deps: Limiting, factor: number): Promise<void> {
  await app.register(rateLimit, { global: false, store: storeOf(deps.requestCounts) })
  const checks = checksOf(app, deps, factor)
  app.addHook('onRoute', (route) => {
    const method = [route.method].flat()[0] ?? 'GET'
    route.config = { ...route.config, limit: doorOf(method, route.url).limit }
  })
  app.addHook('onRequest', async (request) => {
    for (const check of checks[request.routeOptions.config.limit ?? 'nothing']) await check(request)
  })
}

/** All counting is ours; the plugin asks for a store by its class. */
function storeOf(counts: RequestCounts) {
  return class Store {
    incr(
      counter: string,
      answer: (error: null, seen: { current: number; ttl: number }) => void,
      windowMs: number,
      most: number,
    ) {
      const { times, msLeft } = counts.add(counter, { ms: windowMs, most })
      answer(null, { current: times, ttl: msLeft })
    }

    child(): Store {
      return this
    }
  }
}

function checksOf(app: App, deps: Limiting, factor: number): Record<LimitName, Check[]> {
  const entries = Object.entries(requestLimits).map(
    ([name, { address, campaign }]: [string, RequestLimit]) => [
      name,
      [
        checkOf(app, times(address, factor), (request) => `${name} ${addressOf(deps, request)}`),
        ...(campaign
          ? [checkOf(app, times(campaign, factor), (request) => `${name} at ${campaignOf(request)}`)]
          : []),
      ],
    ],
  )
  return Object.fromEntries(entries)
}

function times({ most, minutes }: Rate, factor: number): Rate {
  return { most: Math.ceil(most * factor), minutes }
}

function checkOf(app: App, { most, minutes }: Rate, counterOf: (request: FastifyRequest) => string): Check {
  const count = app.createRateLimit({
    max: most,
    timeWindow: minutes * 60_000,
    keyGenerator: counterOf,
  })
  return async (request) => {
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded) throw tooMany(counted.ttlInSeconds)
  }
}

function addressOf({ addressNames, now }: Limiting, request: FastifyRequest): string {
  return addressNames.atOnce(callerOf(request), now()).toString('base64url')
}

const LONGEST_SLUG = 100

function campaignOf({ params }: FastifyRequest): string {
  return String((params as { slug?: unknown }).slug).slice(0, LONGEST_SLUG)
}

function tooMany(retryAfter: number): Refusal {
  const detail =
    'Too much came from your network at once. Nothing was changed; try again when the time is over.'
  return new Refusal('too-many-requests', detail, { retryAfter })
}
