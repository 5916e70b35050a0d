import { expect, test } from 'vitest'
import { anOpenCampaign, crowd, sign } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { listening } from '../leaderboards/watching.ts'
import { reached } from './reached.ts'
import { scaled } from './scale.ts'
import { inLanes, openStream } from './streams.ts'

const server = estamos({ env: () => ({ TRUST_PROXY: '127.0.0.1' }) })

const WATCHERS = scaled({ full: 5_000, usual: 1_000 })

test('C3: when a process stops, its watchers are told to come back at different moments, and cost the next one next to nothing', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 5 })
  const stopping = await server.another()
  const [before, after] = [portOf(await listening(stopping)), portOf(await listening(server))]
  const first = await inLanes(WATCHERS, (n) => openStream(before, slug, from(n)))
  const pauses = first.map(({ said }) => Number(/retry: (\d+)/.exec(said())?.[1]))

  await stopping.app.close()
  const leaderboard = await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)
  let taken = 0
  const count = () => (taken += 1)
  const pool = server.appDb.$client.on('acquire', count)
  const began = performance.now()
  const cpu = process.cpuUsage()
  const seen = { 'last-event-id': String(leaderboard.json().version) }
  const back = inLanes(WATCHERS, (n) => openStream(after, slug, { ...from(n), ...seen }), WATCHERS)
  const signed = await timed(sign(server, slug))
  const second = await back
  const tookMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  pool.off('acquire', count)

  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2_000)
  expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(1_500)
  expect(new Set(pauses).size).toBeGreaterThan(Math.min(WATCHERS, 2_000) / 2)
  expect(second.filter(({ said }) => !/retry: \d+\n\n\r\n$/.test(said()))).toEqual([])
  expect(signed.answer.statusCode).toBe(202)
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(WATCHERS / 10)
  const spread = Math.max(...pauses) - Math.min(...pauses)
  reached(
    'C3',
    `${WATCHERS} watchers, told to spread over ${spread} ms, back all at once instead: in ${Math.round(tookMs)} ms, for ${Math.round((user + system) / WATCHERS)} µs of a core each, both ends counted, and ${taken} connections to the database; who signed in the middle of it waited ${Math.round(signed.ms)} ms`,
  )
}, 120_000)

async function timed<Answer>(asked: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const began = performance.now()
  return { answer: await asked, ms: performance.now() - began }
}

function portOf(url: string): { port: number } {
  return { port: Number(new URL(url).port) }
}

function from(n: number): Record<string, string> {
  return { 'x-forwarded-for': `203.${n >> 16}.${(n >> 8) & 255}.${n & 255}` }
}
