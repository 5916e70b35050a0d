import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type App, buildApp } from '../../server/app.ts'
import { type Limits, usual } from '../../server/limits/connections.ts'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { watch } from '../leaderboards/watching.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'
import { inLanes, openStream } from './streams.ts'

const server = estamos({ env: () => ({ TRUST_PROXY: '127.0.0.1' }) })
/** More than one network may have. */
const OPENS = scaled({ full: 20_000, usual: 5_200 })
let slug: string

beforeAll(async () => {
  slug = await anOpenCampaign(server)
})

test('C1: one network opens streams by the thousand, as a server is set up; others watch and sign as before', async () => {
  const { app, port } = await aServer({})
  const before = await signing(app)
  const held = process.memoryUsage().rss

  const his = await inLanes(OPENS, (n) =>
    openStream({ port }, slug, { 'x-forwarded-for': `2001:db8:6:6::${n.toString(16)}` }),
  )
  const during = await signing(app)
  const perStream = (process.memoryUsage().rss - held) / usual.streamsOfOne
  const hers = await openStream({ port }, slug, { 'x-forwarded-for': '203.0.113.7' })

  const refused = his.filter(({ status }) => status === 429)
  expect(his.filter(({ status }) => status === 200)).toHaveLength(usual.streamsOfOne)
  expect(refused).toHaveLength(OPENS - usual.streamsOfOne)
  expect(hers.status).toBe(200)
  expect([...before.statuses, ...during.statuses]).toEqual([202, 202])
  expect(perStream).toBeLessThan(100_000)
  reached(
    'C1',
    `${OPENS} opens from one /64: ${usual.streamsOfOne} streams at ${Math.round(perStream / 1_000)} kB each, both ends of it counted; signing took ${before.p99} ms at most before and ${during.p99} beside them`,
  )
}, 120_000)

test('the rooms that a server has leave the most part of each to others', () => {
  expect(usual.streamsOfOne).toBeLessThan(usual.streams / 2)
  expect(usual.streams).toBeLessThan(usual.connections)
  expect(usual.connectionsOfOne).toBeLessThanOrEqual(usual.connections / 2)
})

describe('C1: one network that opens stream after stream', () => {
  test('gets as many as one may have, while all others watch, look and sign', async () => {
    const { app, url } = await aServer({ streams: 60, streamsOfOne: 20 })

    const his = await Promise.all(times(200, (n) => open(url, `2001:db8:6:6::${n.toString(16)}`)))
    const hers = await open(url, '203.0.113.7')
    const [figures, signed] = await Promise.all([
      app.inject(`/api/v1/campaigns/${slug}/leaderboard`),
      sign({ app }, slug),
    ])

    const refused = his.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(180)
    expect(refused[0]?.headers.get('retry-after')).toBe('60')
    expect(refused[0]?.headers.get('content-type')).toContain('application/problem+json')
    expect([hers.status, figures.statusCode, signed.statusCode]).toEqual([200, 200, 202])
    reached(
      'C1',
      `200 opens from one /64: ${200 - refused.length} streams, and another network still watches and signs`,
    )
  })

  test('gives a place back with each stream that ends', async () => {
    const { url } = await aServer({ streams: 60, streamsOfOne: 2 })
    const first = await watch(url, slug, { 'x-forwarded-for': '203.0.113.7' })
    await open(url, '203.0.113.7')
    const third = await open(url, '203.0.113.7')

    first.leave()

    expect(third.status).toBe(429)
    await expect.poll(async () => (await open(url, '203.0.113.7')).status).toBe(200)
  })
})

test('C1: when many networks have taken all streams, whoever comes is asked to look again later, and signs', async () => {
  const { app, url } = await aServer({ streams: 30, streamsOfOne: 10 })

  await Promise.all(times(30, (n) => open(url, `198.51.100.${n % 3}`)))
  const late = await open(url, '203.0.113.7')
  const [figures, signed] = await Promise.all([
    app.inject(`/api/v1/campaigns/${slug}/leaderboard`),
    sign({ app }, slug, { email: 'late@example.edu' }),
  ])

  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '60'])
  expect([figures.statusCode, signed.statusCode]).toEqual([200, 202])
})

describe('C1: one address that opens connection after connection', () => {
  test('is hung up on past what one may hold, until it lets go of some', async () => {
    const { port } = await aServer({ connectionsOfOne: 5 }, { trustProxy: [] })
    const held = await Promise.all(times(5, () => connected(port)))

    const sixth = await answerOn(await connected(port))
    held[0]?.destroy()

    expect(sixth).toBe('')
    await expect.poll(async () => await answerOn(await connected(port))).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('is not limited where it is our proxy', async () => {
    const { port } = await aServer({ connectionsOfOne: 5 })
    await Promise.all(times(20, () => connected(port)))

    expect(await answerOn(await connected(port))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

/** Of a hundred signatures, one after another: the answers, and the time that 99 were faster than, in milliseconds. */
async function signing(app: App): Promise<{ statuses: Set<number>; p99: string }> {
  const times: number[] = []
  const statuses = new Set<number>()
  for (let n = 0; n < 100; n += 1) {
    const began = performance.now()
    const email = `${randomBytes(6).toString('hex')}@mail.example`
    statuses.add((await sign({ app }, slug, { email })).statusCode)
    times.push(performance.now() - began)
  }
  return { statuses, p99: times.sort((a, b) => a - b)[98]!.toFixed(1) }
}

async function aServer(
  limits: Partial<Limits>,
  settings: { trustProxy?: string[] } = {},
): Promise<{ app: App; url: string; port: number }> {
  const app = await buildApp(server.deps, { ...server.config, ...settings }, { ...usual, ...limits })
  onTestFinished(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, port: (app.server.address() as AddressInfo).port }
}

async function open(url: string, from: string): Promise<Response> {
  const { response } = await watch(url, slug, { 'x-forwarded-for': from })
  return response
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** All that is said to a whole request, until the server hangs up. */
async function answerOn(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (part) => (text += part.toString('latin1'))).on('error', () => {})
  socket.write('GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  if (!socket.destroyed) await new Promise((closed) => socket.once('close', closed))
  return text
}
