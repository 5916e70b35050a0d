import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { doorOf } from '../doors.ts'
import { Refusal } from '../refusal.ts'
import { callerOf } from './caller.ts'
import { type Hit, tellOfHits } from './hits.ts'
import { type LimitName, type Rate, type RequestLimit, requestLimits } from './classes.ts'
import { storeOf } from './store.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By the route's row in the table of doors. */
    limit?: LimitName
  }
}

type Limiting = Pick<Deps, 'requestCounts' | 'addressNames' | 'now'>
type NameOf = (request: FastifyRequest) => string

/** What is asked of each request of a kind. */
interface Checks {
  all: Check[]
  wrong?: WrongTries
}

/** From here on in `app` every request is counted before anything else is done for it, also where there is no route. */
export async function limitRequests(app: App, deps: Limiting, factor: number): Promise<void> {
  await app.register(rateLimit, { global: false, store: storeOf(deps.requestCounts) })
  const checks = checksOf(app, deps, factor)
  app.addHook('onRoute', (route) => {
    const limit = doorOf([route.method].flat()[0] ?? 'GET', route.url).limit
    route.config = { ...route.config, limit }
    checks[limit].wrong?.watch(route)
  })
  app.addHook('onRequest', async (request) => {
    for (const { count, refuse } of checks[request.routeOptions.config.limit ?? 'nothing'].all) {
      const counted = await count(request)
      if (!counted.isAllowed && counted.isExceeded) refuse(request, counted.ttlInSeconds)
    }
  })
}

function checksOf(app: App, deps: Limiting, factor: number): Record<LimitName, Checks> {
  const note = tellOfHits(app)
  const times = ({ most, minutes }: Rate) => ({ most: Math.ceil(most * factor), minutes })
  const checks = ([name, { address, campaign, wrong }]: [string, RequestLimit]): [string, Checks] => {
    const ofAddress: NameOf = (request) => `${name} ${addressOf(deps, request)}`
    const refuse = refusing(note, `${name}, of an address`)
    const all = [{ count: counterOf(app, times(address), ofAddress), refuse }]
    if (campaign) {
      const nameOf: NameOf = (request) => `${name} at ${campaignOf(request)}`
      all.push({
        count: counterOf(app, times(campaign), nameOf),
        refuse: refusing(note, `${name}, of a campaign`),
      })
    }
    if (!wrong) return [name, { all }]
    const nameOf: NameOf = (request) => `wrong ${ofAddress(request)}`
    const count = counterOf(app, times(wrong), nameOf)
    return [
      name,
      { all, wrong: wrongTries({ count, refuse: refusing(note, `${name}, wrong, of an address`) }) },
    ]
  }
  return Object.fromEntries(Object.entries(requestLimits).map(checks)) as Record<LimitName, Checks>
}

/** @throws Refusal `too-many-requests` */
type Refuse = (request: FastifyRequest, seconds: number) => never

interface Check {
  count: Counting
  refuse: Refuse
}

function refusing(note: (hit: Hit) => void, limit: string): Refuse {
  return (request, seconds) => {
    note({ route: request.routeOptions.url ?? 'none', limit })
    throw tooMany(seconds)
  }
}

interface WrongTries {
  watch(route: RouteOptions): void
}

/** What turned out wrong is known once it is answered; whoever had too many of those is not let try again. */
function wrongTries({ count, refuse }: Check): WrongTries {
  const ask = async (request: FastifyRequest) => {
    const counted = await count(request, { increment: false })
    if (!counted.isAllowed && counted.remaining === 0) refuse(request, counted.ttlInSeconds)
  }
  const note = async (request: FastifyRequest, reply: FastifyReply) => {
    if (reply.statusCode === WRONG) await count(request)
  }
  return {
    watch(route) {
      route.onRequest = [ask, ...[route.onRequest ?? []].flat()]
      route.onResponse = [note, ...[route.onResponse ?? []].flat()]
    },
  }
}

const WRONG = 422

type Counting = ReturnType<App['createRateLimit']>

function counterOf(app: App, { most, minutes }: Rate, nameOf: NameOf): Counting {
  return app.createRateLimit({ max: most, timeWindow: minutes * 60_000, keyGenerator: nameOf })
}

function addressOf({ addressNames, now }: Limiting, request: FastifyRequest): string {
  return addressNames.atOnce(callerOf(request), now())
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
