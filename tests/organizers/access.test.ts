import { randomBytes } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { sql } from 'drizzle-orm'
import Fastify, { type FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../server/app.ts'
import { type Access, access, isAtLeast, type Role, roles } from '../../server/organizers/access.ts'
import { guard } from '../../server/organizers/guard.ts'
import { anOpenCampaign, anOrganizer, campaignId } from '../builders.ts'
import { routesOf } from '../doors/routes.ts'
import { estamos } from '../estamos.ts'

const server = estamos()
const reached = handlersReached()

/** Somebody who calls a route of the host's organization, or of its campaign. */
interface Caller {
  name: string
  /** Nobody has no session at all. */
  isSignedIn: boolean
  of?: 'host' | 'partner'
  role?: Role
  isFresh: boolean
}

const callers: Caller[] = [
  { name: 'nobody', isSignedIn: false, isFresh: false },
  { name: 'a stranger', isSignedIn: true, isFresh: true },
  ...roles.map((role) => ({
    name: `the host's ${role}`,
    isSignedIn: true,
    of: 'host' as const,
    role,
    isFresh: true,
  })),
  ...roles.map((role) => ({
    name: `a partner's ${role}`,
    isSignedIn: true,
    of: 'partner' as const,
    role,
    isFresh: true,
  })),
  {
    name: 'an owner whose passkey is not fresh',
    isSignedIn: true,
    of: 'host',
    role: 'owner',
    isFresh: false,
  },
]

const rows = Object.entries(access).map(([route, row]) => {
  const [method = '', url = ''] = route.split(' ')
  return { route, method: method as 'GET', url, row }
})

describe.each(rows)('$route', ({ method, url, row }) => {
  test.each(callers)('as $name', async (caller) => {
    const answer = await call(caller, method, url)

    expect(answer).toBe(answerTo(caller, row, url))
  })
})

/** What the table says: the code of the refusal, or that the call goes through. */
function answerTo({ isSignedIn, of, role, isFresh }: Caller, row: Access, url: string): string {
  if (row.role === 'nobody') return 'goes through'
  if (!isSignedIn) return 'signed-out'
  const isTold = isFresh || !row.fresh ? 'goes through' : 'passkey-needed'
  if (row.role === 'organizer') return isTold
  const isIn = of === 'host' || (of === 'partner' && url.includes('/:campaign') && row.partners)
  if (!isIn || !role) return 'not-found'
  return isAtLeast(role, row.role) ? isTold : 'role-too-low'
}

test('a route that the table does not know does not start', async () => {
  const app = Fastify() as unknown as App
  guard(app, server.deps)

  expect(() => app.get('/campaigns/:campaign/forgotten', async () => 'open to all')).toThrow(/has no row in/)
})

test('a route that asks for a role, and names neither organization nor campaign, lets nobody in', () => {
  const nameless = rows.filter(
    ({ url, row }) => roles.includes(row.role as Role) && !/\/:(organization|campaign)\b/.test(url),
  )

  expect(nameless).toEqual([])
})

test('every row has its route, and every route of the console its row', async () => {
  const { app } = server
  const missing = rows.filter(({ method, url }) => !app.hasRoute({ method, url })).map(({ route }) => route)

  expect(missing).toEqual([])
  const routes = routesOf(app).filter((route) => route.includes(' /api/v1/console/'))
  expect(routes.filter((route) => !(route in access))).toEqual([])
  expect(routes.length).toBe(rows.length)
})

interface World {
  host: string
  partner: string
  campaign: string
  /** By the name of the caller. */
  sessions: Map<string, string>
}

/** Used until a call has changed something in it. */
let worldAtHand: World | undefined

/** A host, a partner, and their campaign. */
async function aWorld(): Promise<World> {
  const host = `host-${randomBytes(5).toString('hex')}`
  const partner = host.replace('host', 'partner')
  const campaign = await anOpenCampaign(server, { organization: { slug: host, name: 'Host' } })
  await server.deps.db.execute(sql`
    with made as (insert into organizations (slug, name) values (${partner}, 'Partner') returning id)
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    select ${await campaignId(server, campaign)}, id, now() from made`)
  return { host, partner, campaign, sessions: new Map() }
}

async function sessionOf(
  { host, partner, sessions }: World,
  { name, of, role, isFresh }: Caller,
): Promise<string> {
  const organization = of === 'partner' ? partner : host
  const session =
    sessions.get(name) ?? (await anOrganizer(server, { organization, role: role ?? null, isFresh })).session
  sessions.set(name, session)
  return session
}

/** @returns `goes through` where the guard lets it past, or the code with which it is refused before anything ran */
async function call(caller: Caller, method: 'GET', url: string): Promise<string> {
  const world = (worldAtHand ??= await aWorld())
  const walk = randomBytes(8).toString('hex')
  const answer = await server.app.inject({
    method,
    url: url.replace(/:(\w+)/g, (_, name: string) => parameters(world)[name] ?? '999999'),
    headers: { [WALK]: walk },
    payloadAsStream: true,
    ...(caller.isSignedIn && { cookies: { organizer: await sessionOf(world, caller) } }),
    ...(method !== 'GET' && { payload: {} }),
  })
  if (reached.delete(walk)) {
    if (method !== 'GET') worldAtHand = undefined
    answer.stream().destroy()
    return 'goes through'
  }
  const { code } = (await new Response(answer.stream() as never).json()) as { code: string }
  return shapeRefusals.includes(code) ? 'goes through' : code
}

function parameters({ host, campaign }: World): Record<string, string> {
  return { organization: host, campaign }
}

/** Refusals of what is checked after the guard, and before a handler. */
const shapeRefusals = ['invalid-request', 'malformed-json', 'unsupported-media-type', 'too-large']

const WALK = 'x-walk'

/** Whose handler ran: told by Fastify itself, so that no answer can be mistaken for the guard's. */
function handlersReached(): Set<string> {
  const walks = new Set<string>()
  const note = (message: unknown) => {
    const walk = (message as { request: FastifyRequest }).request.headers[WALK]
    if (typeof walk === 'string') walks.add(walk)
  }
  beforeAll(() => diagnostics.subscribe('tracing:fastify.request.handler:start', note))
  afterAll(() => void diagnostics.unsubscribe('tracing:fastify.request.handler:start', note))
  return walks
}
