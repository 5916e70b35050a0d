import { expect, test } from 'vitest'
import { anOpenCampaign, sign, times } from '../builders.ts'
import { estamos } from '../estamos.ts'
import { behindAProxy } from './behind-a-proxy.ts'

const server = estamos()

test(
  'a database that says nothing is a 503 in time, and no harm afterwards',
  { timeout: 60_000 },
  async () => {
    const slug = await anOpenCampaign(server)
    const away = await behindAProxy(server)
    await Promise.all(times(12, () => away.app.inject('/api/health')))
    away.line.hang()

    const silent = await Promise.all(times(12, () => away.app.inject('/api/health')))
    away.line.mend()

    expect(silent.map(({ statusCode }) => statusCode)).toEqual(times(12, () => 503))
    await expect.poll(async () => (await sign(away, slug)).statusCode, { timeout: 8_000 }).toBe(202)
    const after = await Promise.all(times(12, () => away.app.inject('/api/health')))
    expect(after.map(({ statusCode }) => statusCode)).toEqual(times(12, () => 200))
  },
)
