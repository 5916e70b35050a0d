import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { tallyDifferences } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { breachOf } from './fuzz/breach.ts'
import { nameOf, type OpenApi, type Operation, operationsOf, pages } from './fuzz/operations.ts'
import { type FuzzedRequest, requestsTo } from './fuzz/requests.ts'
import { sendable, type Sendable } from './fuzz/sendable.ts'
import { aWorld, type World } from './fuzz/world.ts'

/** How many requests: `npm run fuzz` sends a hundred thousand, as CI does. `FUZZ_SEED` shows a run again. */
const REQUESTS = Number(process.env.FUZZ ?? 2_000)
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const AT_ONCE = 40
/** A world wears out: somebody closes the drive, or leaves. */
const WORLD_REQUESTS = 400

const server = estamos()
const operations = new Map<string, Operation>()
/** The last of each route. */
const breaches = new Map<string, string>()
const statuses = new Map<number, number>()
let requests: fc.Arbitrary<FuzzedRequest>
let world: World
let sent = 0

beforeAll(async () => {
  const document = (await server.app.inject('/api/openapi.json')).json<OpenApi>()
  for (const one of [...operationsOf(document), ...pages()]) operations.set(nameOf(one), one)
  requests = requestsTo([...operations.values()], document.components.schemas)
})

test(
  'whatever is asked, each answer is as the OpenAPI document says, and none is a bug',
  { timeout: 1_800_000 },
  async () => {
    const bursts = fc.array(requests, { minLength: AT_ONCE, maxLength: AT_ONCE })

    await fc.assert(
      fc.asyncProperty(bursts, async (burst) => {
        if (sent % WORLD_REQUESTS === 0) world = await aWorld(server)
        sent += burst.length
        await Promise.all(burst.map(lookForBreach))
      }),
      { numRuns: Math.ceil(REQUESTS / AT_ONCE), seed: SEED },
    )

    const counts = [...statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, n]) => `${n} x ${status}`)
    process.stdout.write(`${sent} requests to ${operations.size} routes: ${counts.join(', ')}\n`)
    expect([...breaches.values()], `FUZZ_SEED=${SEED} shows it again`).toEqual([])
    expect(sent).toBeGreaterThanOrEqual(REQUESTS)
    expect(await tallyDifferences(server)).toEqual([])
  },
)

async function lookForBreach(request: FuzzedRequest): Promise<void> {
  const operation = operations.get(request.operation)!
  const sending = sendable(operation, request, world)
  const answer = await server.app.inject({
    ...sending,
    remoteAddress: request.ip,
    cookies: world.cookies[request.as],
  })
  statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
  const why = breachOf(operation, answer)
  if (why) breaches.set(request.operation, `${said(sending)} as ${request.as}: ${why}`)
}

function said({ method, url, payload = 'nothing' }: Sendable): string {
  return `${method} ${url.slice(0, 300)} with ${payload.slice(0, 300)}`
}
