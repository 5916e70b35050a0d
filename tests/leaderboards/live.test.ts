import { once } from 'node:events'
import { connect } from 'node:net'
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import type { App } from '../../server/app.ts'
import type { Deps } from '../../server/deps.ts'
import { publishLeaderboard } from '../../server/leaderboards/publishing.ts'
import { anOpenCampaign, campaignId, confirm, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { listening, watch } from './watching.ts'

const server = estamos()
let other: { app: App; deps: Deps }
let url: string
let otherUrl: string

beforeAll(async () => {
  other = await server.another()
  url = await listening(server)
  otherUrl = await listening(other)
})

test('a snapshot comes first, with its version as id, readable from any origin', async () => {
  const slug = await anOpenCampaign(server)
  await people(slug, 6)

  const watching = await watch(url, slug)

  await expect.poll(() => watching.frames.length).toBeGreaterThan(0)
  const [first] = watching.frames
  expect(watching.response.headers.get('content-type')).toContain('text/event-stream')
  expect(watching.response.headers.get('access-control-allow-origin')).toBe('*')
  expect(watching.response.headers.get('access-control-allow-credentials')).toBeNull()
  expect(watching.response.headers.get('cache-control')).toBe('no-store')
  expect(first?.id).toBe(String(first?.leaderboard.version))
  await expect.poll(() => watching.frames.at(-1)?.leaderboard.confirmed).toBe(6)
})

test('what is confirmed on one server is seen on every server, live and as JSON', async () => {
  const slug = await anOpenCampaign(server)
  const watchers = await Promise.all([watch(url, slug), watch(otherUrl, slug), watch(otherUrl, slug)])

  await people(slug, 7)

  for (const { frames } of watchers) await expect.poll(() => frames.at(-1)?.leaderboard.confirmed).toBe(7)
  const bodies = await Promise.all(
    [server, other].map(async ({ app }) => (await app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).body),
  )
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ confirmed: 7, campuses: [{ campus: 'gatech.edu' }] })
  expect(bodies[1]).toBe(bodies[0])
})

test('versions only grow, and each is shown once', async () => {
  const slug = await anOpenCampaign(server)
  const watchers = await Promise.all([watch(url, slug), watch(otherUrl, slug)])

  for (const n of times(4, (one) => one)) {
    await people(slug, 5, `round${n}`)
    await expect.poll(() => watchers[0].frames.at(-1)?.leaderboard.confirmed).toBe(5 * (n + 1))
  }

  for (const { frames } of watchers) {
    const versions = frames.map(({ leaderboard }) => leaderboard.version)
    expect(versions.length).toBeGreaterThanOrEqual(3)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  }
})

test('under a flood on two servers a watcher gets four a second at most', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2 })
  const watching = await watch(url, slug)
  await watch(otherUrl, slug)
  const isOver = () => watching.frames.length > 9

  await Promise.all([0, 1].map((half) => flood(isOver, slug, half ? server : other, `f${half}`)))

  const times = watching.frames.slice(1).map(({ at }) => at)
  const fastest = Math.min(...times.slice(5).map((at, n) => at - times[n]!))
  expect(fastest).toBeGreaterThan(1_000)
})

test('four a second at most also when many other processes publish, each at a moment of its own', async () => {
  const slug = await anOpenCampaign(server, { smallestShown: 2 })
  const id = await campaignId(server, slug)
  await people(slug, 3)
  const watching = await watch(url, slug)

  for (let n = 3; watching.frames.length < 7; n++) {
    await server.deps.db.execute(sql`update tallies set confirmed = ${n} where campaign_id = ${id}`)
    await publishLeaderboard(other.deps.db, id, new Date())
  }

  const moments = watching.frames.slice(1).map(({ at }) => at)
  expect(moments[5]! - moments[0]!).toBeGreaterThan(1_000)
})

test('who comes back with the version it has seen gets no snapshot, only what is newer', async () => {
  const slug = await anOpenCampaign(server)
  const seen = (await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)).json().version

  const back = await watch(url, slug, { 'last-event-id': String(seen) })
  const behind = await watch(url, slug, { 'last-event-id': String(seen - 1) })
  await expect.poll(() => behind.frames.length).toBe(1)
  const whileNothingNew = back.frames.length
  await people(slug, 5)

  await expect.poll(() => back.frames.length).toBeGreaterThan(0)
  expect(whileNothingNew).toBe(0)
  expect(back.frames[0]?.leaderboard.version).toBeGreaterThan(seen)
})

test('a watcher that leaves is forgotten', async () => {
  const slug = await anOpenCampaign(server)
  const id = await campaignId(server, slug)
  const watch0 = server.deps.leaderboards.watch
  let watchers = 0
  server.deps.leaderboards.watch = (campaign, watcher) => {
    const stop = watch0(campaign, watcher)
    if (campaign === id) watchers += 1
    return () => {
      if (campaign === id) watchers -= 1
      stop()
    }
  }

  const watching = await Promise.all(times(10, () => watch(url, slug)))
  await expect.poll(() => watchers).toBe(10)
  for (const { leave } of watching) leave()

  await expect.poll(() => watchers).toBe(0)
  server.deps.leaderboards.watch = watch0
})

test('HEAD of the stream ends by itself and is no watcher', async () => {
  const slug = await anOpenCampaign(server)

  const answer = await fetch(`${url}/api/v1/campaigns/${slug}/live`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(3_000),
  })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`HEAD /api/v1/campaigns/${slug}/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  socket.resume()

  expect(answer.status).toBeLessThan(500)
  await once(socket, 'close', { signal: AbortSignal.timeout(3_000) })
})

async function people(slug: string, count: number, name = 'p'): Promise<void> {
  const emails = times(count, (n) => `${name}${n}@gatech.edu`)
  await Promise.all(emails.map((email) => sign(server, slug, { email })))
  await Promise.all(emails.map((email) => confirm(server, slug, email)))
}

async function flood(isOver: () => boolean, slug: string, at: { app: App }, name: string): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    const email = `${name}${n}@gatech.edu`
    await sign(at, slug, { email })
    await confirm({ ...server, app: at.app }, slug, email)
  }
}
