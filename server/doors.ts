/**
 * What each route is: whom it is for, how long its answer may be kept, how often it may be called, and whether a captcha
 * is asked for. Here stands every route but the console's, which are all for organizers and kept by nobody
 * (`organizers/access.ts`). A route without a row does not start, and neither does one that takes what it has no schema for.
 */
import { Type } from 'typebox'
import type { RouteOptions } from 'fastify'
import type { App } from './app.ts'
import { Nothing } from './contract.ts'
import { evenTimes } from './even-times.ts'
import { type LimitName, requestLimits } from './limits/classes.ts'
import { accessOf, isOfConsole } from './organizers/access.ts'
import { refuseFrames } from './same-origin.ts'

export interface Door {
  /**
   * `link`: whoever holds a link out of a letter. `signer`: whoever holds the cookie that a my-pledge link is swapped for.
   * `organizer`: as its row of access says. `provider`: a call that is signed. `this machine`: local mode alone.
   */
  for: 'anybody' | 'link' | 'signer' | 'organizer' | 'provider' | 'this machine'
  cache: keyof typeof cacheControl
  /** How often it may be called, together with others of its kind: `limits/classes.ts`. */
  limit: LimitName
  /**
   * `asked`: it makes a pledge, or has a letter written to whoever is named, so a captcha is asked for where one is set.
   * `asked of guessers`: of who tries a code without the receipt of a signature, once too many were wrong.
   */
  captcha: 'none' | 'asked' | 'asked of guessers'
  /** Scripts of any page may read the answer, and any page may show it; otherwise ours alone. */
  readBy?: 'any page'
  /** A page that has frames in it which know nothing of embedder policies: captchas, our own embeds, letters. */
  hasFrames?: true
  /** Scripts, workers among them: in a sandbox a worker would be of no origin, and could not calculate. */
  hasWorkers?: true
}

/** How long an answer may be kept, and by whom. What is refused is kept by nobody, whatever its route says. */
export const cacheControl = {
  never: 'no-store',
  second: 'public, max-age=1, stale-while-revalidate=30',
  moment: 'public, max-age=5, stale-while-revalidate=60',
  minutes: 'public, max-age=300',
  /** The directory of campuses changes a few times a year. */
  day: 'public, max-age=300, stale-while-revalidate=86400',
  hour: 'public, max-age=3600',
  /** For what has another address as soon as it is another. */
  ever: 'public, max-age=31536000, immutable',
} as const

const read = { for: 'anybody', captcha: 'none', readBy: 'any page', limit: 'look' } as const
const write = { ...read, cache: 'never' } as const
const asking = { captcha: 'asked', limit: 'letter' } as const
const signing = { captcha: 'asked', limit: 'sign' } as const
const guessing = { captcha: 'asked of guessers', limit: 'confirm' } as const
const page = { for: 'anybody', cache: 'never', captcha: 'none', hasFrames: true, limit: 'page' } as const
const link = { for: 'link', cache: 'never', captcha: 'none', limit: 'link' } as const
const signer = { for: 'signer', cache: 'never', captcha: 'none', limit: 'own' } as const
const machine = {
  for: 'this machine',
  cache: 'never',
  captcha: 'none',
  hasFrames: true,
  limit: 'page',
} as const

export const doors: Record<string, Door> = {
  // the public contract
  'OPTIONS /api/v1/*': write,
  'GET /api/health': write,
  'GET /api/openapi.json': { ...read, cache: 'hour', limit: 'page' },
  'GET /api/v1/campaigns/:slug': { ...read, cache: 'moment' },
  'GET /api/v1/campaigns/:slug/logo/:hash': { ...read, cache: 'ever' },
  'GET /api/v1/campaigns/:slug/leaderboard': { ...read, cache: 'second' },
  'GET /api/v1/campaigns/:slug/campuses': { ...read, cache: 'minutes' },
  'GET /api/v1/campaigns/:slug/campuses/:domain': { ...read, cache: 'second' },
  'GET /api/v1/campaigns/:slug/live': { ...read, cache: 'never', limit: 'watch' },
  'GET /api/v1/campuses': { ...read, cache: 'day' },
  'GET /api/v1/address-domains/:domain': { ...read, cache: 'day' },
  'POST /api/v1/campaigns/:slug/pledges': { ...write, ...signing },
  'GET /api/v1/campaigns/:slug/captcha': { ...write, limit: 'challenge' },
  'POST /api/v1/my-pledge-links': { ...write, ...asking },
  // Of a code, tries are counted; of a link there is nothing to guess.
  'POST /api/v1/confirmations': { ...write, ...guessing },
  'GET /api/v1/receipts/:receipt': write,

  // a signer's own pledge
  'POST /api/v1/my-pledge-sessions': { ...link, readBy: 'any page' },
  'GET /api/v1/my-pledge': signer,
  'PATCH /api/v1/my-pledge': signer,
  'POST /api/v1/my-pledge/withdrawal': signer,
  'DELETE /api/v1/my-pledge': signer,

  // pages and embeds, and what forms without JavaScript post
  'GET /c/:slug': { ...page, cache: 'moment' },
  'GET /c/:slug/:domain': { ...page, cache: 'moment' },
  'POST /c/:slug/pledges': { ...page, ...signing },
  'POST /c/:slug/confirmations': { ...page, ...guessing },
  'POST /c/:slug/receipts': page,
  'GET /embed/:slug': { ...page, cache: 'moment', readBy: 'any page' },
  'GET /embed/:slug/:domain': { ...page, cache: 'moment', readBy: 'any page' },
  'POST /embed/:slug/pledges': { ...page, ...signing, readBy: 'any page' },
  'POST /embed/:slug/confirmations': { ...page, ...guessing, readBy: 'any page' },
  'POST /embed/:slug/receipts': { ...page, readBy: 'any page' },
  'GET /c/:slug/my-pledge-links': page,
  'POST /c/:slug/my-pledge-links': { ...page, ...asking },
  'GET /c/:slug/:domain/chapter-requests': page,
  'POST /c/:slug/:domain/chapter-requests': { ...page, ...asking },
  'GET /oembed': { ...read, cache: 'minutes' },

  // links out of letters
  'GET /confirm/:token': link,
  'POST /confirm/:token': link,
  'GET /my-pledge/:token': link,
  'POST /my-pledge/:token': link,
  'GET /my-pledge': signer,
  'POST /my-pledge': signer,
  'POST /my-pledge/withdrawal': signer,
  'POST /my-pledge/erasure': signer,
  'GET /unsubscribe/:token': link,
  'POST /unsubscribe/:token': link,
  'GET /stop-mail/:token': link,
  'POST /stop-mail/:token': link,
  'GET /chapter-requests/:token': link,
  'POST /chapter-requests/:token': link,

  // what is built, and empty pages that scripts fill
  'GET /assets/*': { ...read, cache: 'ever', hasWorkers: true },
  'GET /widget.js': { ...read, cache: 'hour' },
  'GET /widgets/:file': { ...read, cache: 'ever' },
  'GET /console': page,
  'GET /console/*': page,
  'GET /console/preview': page,

  // not for people
  'POST /api/v1/mail-events/sendgrid': {
    for: 'provider',
    cache: 'never',
    captcha: 'none',
    limit: 'provider',
  },
  'GET /dev/mailbox': machine,
  'GET /dev/mailbox/:id': machine,
  'GET /dev/emails': machine,
  'GET /dev/emails/:name': machine,
}

/** @throws Error at the start, for a route that has no row */
export function doorOf(method: string, url: string): Door {
  if (isOfConsole(url)) {
    const { captcha = 'none', limit = 'console' } = accessOf(method, url)
    return { for: 'organizer', cache: 'never', captcha, limit }
  }
  const found = doors[`${method === 'HEAD' ? 'GET' : method} ${url}`]
  if (!found) throw new Error(`${method} ${url} has no row in doors.ts`)
  return found
}

const NoQuery = Type.Object({}, { additionalProperties: false })

/**
 * From here on in `app` a route starts only if it has its row, and a schema of its path and its answer. One that names no
 * body takes none, and a public call that names no query takes none either: so nobody fills caches with made-up ones.
 */
export function requireDoors(app: App): void {
  const keepEvenTime = evenTimes(app)
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat()
    const rows = methods.map((method) => doorOf(method, route.url))
    if (!rows.every(isLimited)) throw new Error(`${methods.join(', ')} ${route.url} has no limit`)
    const lacking = lackingOf(route)
    if (lacking) throw new Error(`${methods.join(', ')} ${route.url} has no schema of its ${lacking}`)
    route.schema = {
      ...(isPublicCall(route.url) && { querystring: NoQuery }),
      ...(methods.some(takesBody) && { body: Nothing }),
      ...route.schema,
    }
    if (rows.some(asksAboutSomebody)) keepEvenTime(route)
    if (rows.some(isPersonal)) route.onRequest = [refuseFrames, ...[route.onRequest ?? []].flat()]
  })
}

function isLimited({ limit }: Door): boolean {
  return limit in requestLimits
}

function lackingOf({ url, schema }: RouteOptions): string | undefined {
  if (url.includes(':') && !schema?.params) return 'path'
  if (isCall(url) && !schema?.response && !schema?.produces) return 'answer'
  return undefined
}

/** Calls answer programs, everything else people. */
function isCall(url: string): boolean {
  return url.startsWith('/api/')
}

function isPublicCall(url: string): boolean {
  return isCall(url) && !isOfConsole(url)
}

function takesBody(method: string): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method)
}

/** By her address, which anybody may type: what the answer must not say, its time must not either. */
export function asksAboutSomebody({ captcha }: Door): boolean {
  return captcha !== 'none'
}

function isPersonal(door: Door): boolean {
  return door.for === 'link' || door.for === 'signer'
}
