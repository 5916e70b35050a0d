import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { anOpenCampaign, campaignId, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'
import { inLanes, openStream } from './streams.ts'

const server = estamos()

const SOCKETS = 500
const TICKS = scaled({ full: 500, usual: 10 })
const CAMPUSES = 1_500
const MB = 1_000_000

test(
  `C2: ${SOCKETS} watchers that never read cost a leaderboard's bytes once, not once for each of them and each tick`,
  { timeout: 30_000 + TICKS * 1_000 },
  async () => {
    const slug = await anOpenCampaign(server, { smallestShown: 2 })
    const id = await campaignId(server, slug)
    await server.deps.db.execute(sql`
      insert into tallies (campaign_id, campus_id, confirmed)
      select ${id}, id, 2 from campuses order by id limit ${CAMPUSES}`)
    const { path, served } = await listening()
    const frame = (await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).body.length
    const before = held()

    const deaf = await inLanes(SOCKETS, () => deafStream(path, slug))
    const reader = await openStream({ path }, slug)
    let read = 0
    reader.socket.on('data', (part: Buffer) => (read += part.length))
    for (let n = 1; n <= TICKS; n += 1) await tick(id, n)
    const during = held()
    const gone = SOCKETS + 1 - served.size
    const queued = [...served].map(({ writableLength }) => writableLength)
    const signed = await sign(server, slug)
    await vi.waitUntil(() => read > TICKS * frame * 0.9, 10_000)
    for (const socket of [...deaf, reader.socket]) socket.destroy()
    await vi.waitUntil(() => served.size === 0, 10_000)
    const after = held()

    expect(TICKS * frame).toBeGreaterThan(MB)
    expect(queued.filter((length) => length > 0).length + gone).toBeGreaterThanOrEqual(SOCKETS)
    expect(Math.max(...queued)).toBeLessThan(2 * frame + 20_000)
    expect(during - before).toBeLessThan(40 * MB)
    expect(after - before).toBeLessThan(20 * MB)
    expect(signed.statusCode).toBe(202)
    reached(
      'C2',
      `${SOCKETS} paused sockets under ${TICKS} ticks of ${Math.round(frame / 1_000)} kB: ${gone} of them hung up on, ${mb(during - before)} MB more held, ${mb(after - before)} once they were gone; who reads was given all, and somebody signed`,
    )
  },
)

/** Over a socket of the file system, for which the kernel keeps little: over TCP it swallows megabytes before anything waits. */
async function listening(): Promise<{ path: string; served: Set<Socket> }> {
  const app = await buildApp(server.deps, server.config)
  onTestFinished(() => app.close())
  const served = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    served.add(socket)
    socket.once('close', () => served.delete(socket))
  })
  const path = join(tmpdir(), `estamos-${process.pid}.sock`)
  await app.listen({ path })
  return { path, served }
}

/** Hears that it is answered, and reads no byte more. */
async function deafStream(path: string, slug: string): Promise<Socket> {
  return await new Promise((heard, failed) => {
    const callback = () => {
      heard(socket)
      return false
    }
    const socket = connect({ path, onread: { buffer: few, callback } }).once('error', failed)
    onTestFinished(() => void socket.destroy())
    socket.write(`GET /api/v1/campaigns/${slug}/live HTTP/1.1\r\nhost: x\r\n\r\n`)
  })
}

/** One for all of them, so that what this side holds is nothing. */
const few = Buffer.alloc(1_024)

async function tick(id: number, n: number): Promise<void> {
  const version = () => server.deps.leaderboards.known(id)?.leaderboard.version ?? 0
  const last = version()
  await server.deps.db.execute(sql`
    with counted as (update tallies set confirmed = ${n + 2} where campaign_id = ${id} and campus_id = 1)
    select pg_notify('tallies', ${String(id)})`)
  await vi.waitUntil(() => version() > last, { timeout: 20_000, interval: 20 })
}

/** Bytes that this process holds on to, after all rubbish is gone. */
function held(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function mb(bytes: number): string {
  return (bytes / MB).toFixed(1)
}
