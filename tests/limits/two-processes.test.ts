import { sql } from 'drizzle-orm'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { requestLimits } from '../../server/limits/classes.ts'
import { times } from '../builders.ts'
import { type Estamos, estamos } from '../estamos.ts'
import { behindAProxy } from '../faults/behind-a-proxy.ts'

type Process = Pick<Estamos, 'app' | 'deps'>

const server = estamos()
const { most } = requestLimits.nothing.address
/** So many a process counts before it tells the others. */
const untold = most / 20
let other: Process
let hour = Date.parse('2026-11-26T00:00:00Z')

beforeAll(async () => {
  other = await server.another()
})
beforeEach(async () => {
  hour += 3_600_000
  server.clock.now = new Date(hour)
  await shareAll(server, other)
})

test('what an address asks of one process counts in the other', async () => {
  await ask(server, most - untold)
  await ask(other, untold)
  await shareAll(server, other)

  const [first, second] = await Promise.all([ask(server, untold), ask(other, untold)])
  await shareAll(server, other)
  const last = [await ask(server, 1), await ask(other, 1)].flat()

  expect([...first, ...second].filter((status) => status === 404).length).toBeLessThanOrEqual(2 * untold)
  expect(last).toEqual([429, 429])
})

test('two processes let through a twentieth more than the limit at most, once they have heard of each other', async () => {
  const statuses: number[] = []

  for (let asked = 0; asked < 2 * most; asked += 2 * untold) {
    statuses.push(...(await ask(server, untold)), ...(await ask(other, untold)))
    await shareAll(server, other)
  }

  const through = statuses.filter((status) => status === 404).length
  expect(through).toBeGreaterThanOrEqual(most)
  expect(through).toBeLessThanOrEqual(most + 2 * untold)
})

test('who asks seldom leaves no trace in the database, and who asks often a name that no other hour has', async () => {
  await ask(server, untold - 1, '203.0.113.1')
  await ask(server, untold, '203.0.113.2')
  await server.deps.requestCounts.share()
  const now = await countsKept()
  server.clock.now = new Date(hour + 3_600_000)
  await server.deps.requestCounts.share()
  await ask(server, untold, '203.0.113.2')
  await server.deps.requestCounts.share()

  const both = await countsKept()

  expect(now).toEqual([{ name: expect.stringMatching(/^nothing [\w-]{43}$/), times: untold }])
  expect(both).toHaveLength(2)
  expect(new Set(both.map(({ name }) => name)).size).toBe(2)
  expect(JSON.stringify(both)).not.toContain('203.0.113')
})

test('nothing of it is written ahead, and it goes when its time is over, with the key of its hour', async () => {
  await ask(server, untold)
  await server.deps.requestCounts.share()
  server.clock.now = new Date(hour + 2 * 3_600_000)

  await server.deps.db.execute(sql`select graphile_worker.add_job('forget-requests')`)
  await server.work()

  const { rows } = await server.deps.db.execute<{ relpersistence: string }>(
    sql`select relpersistence from pg_class where relname = 'request_counts'`,
  )
  const keys = await server.deps.db.execute(
    sql`select 1 from address_keys where hour <= ${new Date(hour).toISOString()}::timestamptz`,
  )
  expect(rows).toEqual([{ relpersistence: 'u' }])
  expect(await countsKept()).toEqual([])
  expect(keys.rows).toEqual([])
})

test('while the database is away each process goes on counting, and tells the others afterwards', async () => {
  const away = await behindAProxy(server)
  await away.deps.requestCounts.share()
  away.line.cut()

  const through = await ask(away, most - 1)
  await expect(away.deps.requestCounts.share()).rejects.toThrow()
  const refused = await ask(away, 2)
  away.line.mend()
  await expect.poll(() => away.deps.requestCounts.share().then(() => 'shared', String)).toBe('shared')
  await ask(server, untold)
  await server.deps.requestCounts.share()

  expect(new Set(through)).toEqual(new Set([404]))
  expect(refused).toEqual([404, 429])
  expect(await ask(server, 1)).toEqual([429])
})

async function ask({ app }: Pick<Process, 'app'>, often: number, from = '203.0.113.9'): Promise<number[]> {
  const answers = await Promise.all(times(often, () => app.inject({ url: '/nothing', remoteAddress: from })))
  return answers.map(({ statusCode }) => statusCode)
}

async function shareAll(...processes: Pick<Process, 'deps'>[]): Promise<void> {
  for (const { deps } of [...processes, ...processes]) await deps.requestCounts.share()
}

/** Of the hours of this test; those before are none of its business. */
async function countsKept(): Promise<{ name: string; times: number }[]> {
  const { rows } = await server.deps.db.execute<{ name: string; times: number }>(
    sql`select name, times from request_counts where ends_at > ${new Date(hour).toISOString()}::timestamptz`,
  )
  return rows
}
