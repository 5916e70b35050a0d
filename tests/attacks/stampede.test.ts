import { expect, onTestFinished, test } from 'vitest'
import { anOpenCampaign, crowd, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { listening } from '../leaderboards/watching.ts'
import { reached } from './reached.ts'

const server = estamos({ env: () => ({ TRUST_PROXY: '127.0.0.1' }) })

const WATCHERS = 400

test('C3: when a process stops, its watchers are told to come back at different moments, and cost the next one next to nothing', async () => {
  const slug = await anOpenCampaign(server)
  await crowd(server, slug, { campus: 'gatech.edu', people: 5 })
  const stopping = await server.another()
  const [before, after] = [await listening(stopping), await listening(server)]
  const first = await Promise.all(times(WATCHERS, (n) => firstWords(before, slug, n)))
  const pauses = first.map((words) => Number(/retry: (\d+)/.exec(words)?.[1]))

  await stopping.app.close()
  const leaderboard = await server.app.inject(`/api/v1/campaigns/${slug}/leaderboard`)
  let taken = 0
  const count = () => (taken += 1)
  const pool = server.deps.db.$client.on('acquire', count)
  const back = Promise.all(times(WATCHERS, (n) => firstWords(after, slug, n, leaderboard.json().version)))
  const signed = await sign(server, slug)
  const second = await back
  pool.off('acquire', count)

  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2_000)
  expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(1_500)
  expect(new Set(pauses).size).toBeGreaterThan(WATCHERS / 2)
  expect(second.every((words) => /^retry: \d+\n\n$/.test(words))).toBe(true)
  expect(signed.statusCode).toBe(202)
  expect(taken).toBeLessThan(20)
  reached(
    'C3',
    `${WATCHERS} watchers back at once: ${taken} connections to the database taken, one of them to sign; told to spread over ${Math.max(...pauses) - Math.min(...pauses)} ms`,
  )
})

/** What a watcher hears first, who has seen a version or none. */
async function firstWords(url: string, slug: string, n: number, seen?: number): Promise<string> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const headers = {
    'x-forwarded-for': `203.0.${n >> 8}.${n & 255}`,
    ...(seen && { 'last-event-id': String(seen) }),
  }
  const { body } = await fetch(`${url}/api/v1/campaigns/${slug}/live`, { headers, signal: leaving.signal })
  const { value } = await body!.getReader().read()
  return new TextDecoder().decode(value)
}
