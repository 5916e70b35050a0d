import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tallyDifferences } from '../../builders.ts'
import { type Estamos, estamos } from '../../estamos.ts'
import { breachOf } from './breach.ts'
import { nameOf, type OpenApi, type Operation, operationsOf, pages } from './operations.ts'
import { type FuzzedRequest, requestsTo } from './requests.ts'
import { type Sendable, sendable } from './sendable.ts'
import { aWorld, type World } from './world.ts'

/** How many requests, in whole worlds and at least one for each file: `npm run fuzz` sends a hundred thousand. */
const REQUESTS = Number(process.env.FUZZ ?? 800)
/** The first world's; each further one has the next. The tests try the same ones each time, and `npm run fuzz` others. */
const SEED = Number(process.env.FUZZ_SEED ?? 2026)
/** A world wears out: somebody closes the drive, or leaves. */
const WORLD_REQUESTS = 400
const AT_ONCE = 40
/** Each server knows every drive that it ever had: with hundreds of them it would only be busy with those. */
const WORLDS_OF_A_SERVER = 25
/** Files that share the worlds between them. */
const FILES = 2

/** Fuzzes in its file's share of the worlds. Call at the top of a test file. @param file its number, from 0 */
export function fuzz(file: number): void {
  const worlds = Math.max(FILES, Math.ceil(REQUESTS / WORLD_REQUESTS))
  const seeds = Array.from({ length: worlds }, (_, n) => SEED + n).filter((_, n) => n % FILES === file)
  for (let n = 0; n < seeds.length; n += WORLDS_OF_A_SERVER) fuzzWith(seeds.slice(n, n + WORLDS_OF_A_SERVER))
}

/** On a database of its own. */
function fuzzWith(seeds: number[]): void {
  describe(`in the worlds from ${seeds.at(0)} to ${seeds.at(-1)}`, () => {
    const server = estamos()

    test(
      'whatever is asked, each answer is as the OpenAPI document says, and none is a bug',
      { timeout: 1_800_000 },
      async () => {
        const document = (await server.app.inject('/api/openapi.json')).json<OpenApi>()
        const fuzzer = new Fuzzer(server, document)

        for (const seed of seeds) await fuzzer.tryOut(seed)

        fuzzer.tell()
        expect(fuzzer.breaches).toEqual([])
        expect(fuzzer.sent).toBe(seeds.length * WORLD_REQUESTS)
        expect(await tallyDifferences(server)).toEqual([])
      },
    )
  })
}

/** Sends what is made up, and keeps what was answered. */
class Fuzzer {
  readonly breaches: string[] = []
  sent = 0
  readonly #server: Estamos
  readonly #operations: Map<string, Operation>
  readonly #requests: fc.Arbitrary<FuzzedRequest>
  readonly #statuses = new Map<number, number>()
  readonly #failing = new Set<string>()

  constructor(server: Estamos, document: OpenApi) {
    const operations = [...operationsOf(document), ...pages()]
    this.#server = server
    this.#operations = new Map(operations.map((one) => [nameOf(one), one]))
    this.#requests = requestsTo(operations, document.components.schemas)
  }

  /** All that one seed makes up, in a world that nobody has touched: the same seed makes up the same again. */
  async tryOut(seed: number): Promise<void> {
    const world = await aWorld(this.#server)
    const requests = fc.sample(this.#requests, { numRuns: WORLD_REQUESTS, seed }).values()
    const sender = async () => {
      for (const request of requests) await this.#send(request, { seed, world })
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sender))
  }

  tell(): void {
    const counts = [...this.#statuses].sort(([one], [other]) => one - other)
    const told = counts.map(([status, n]) => `${n} x ${status}`).join(', ')
    process.stdout.write(`${this.sent} requests to ${this.#operations.size} routes: ${told}\n`)
  }

  async #send(request: FuzzedRequest, { seed, world }: { seed: number; world: World }): Promise<void> {
    const operation = this.#operations.get(request.operation)!
    const sending = sendable(operation, request, world)
    const answer = await this.#server.app.inject({
      ...sending,
      remoteAddress: request.ip,
      cookies: world.cookies[request.as],
    })
    this.sent += 1
    this.#statuses.set(answer.statusCode, (this.#statuses.get(answer.statusCode) ?? 0) + 1)
    const why = breachOf(operation, answer)
    if (why)
      this.#complain(
        request,
        `${said(sending)} as ${request.as}: ${why} (FUZZ=1 FUZZ_SEED=${seed} npm run fuzz)`,
      )
  }

  /** At once, and once for each route: a run that is ended has told what it found. */
  #complain({ operation }: FuzzedRequest, breach: string): void {
    if (this.#failing.has(operation)) return
    this.#failing.add(operation)
    this.breaches.push(breach)
    process.stdout.write(`BREACH: ${breach}\n`)
  }
}

function said({ method, url, payload = 'nothing' }: Sendable): string {
  return `${method} ${url.slice(0, 300)} with ${payload.slice(0, 300)}`
}
