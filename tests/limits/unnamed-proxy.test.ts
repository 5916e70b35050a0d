import { onTestFinished, expect, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { tellOfUnnamedProxies } from '../../server/limits/unnamed-proxy.ts'
import { estamos } from '../estamos.ts'

const server = estamos({ env: () => ({ TRUST_PROXY: '10.0.0.1' }) })
const forwarded = { 'x-forwarded-for': '203.0.113.9' }

test.each(['172.18.0.2', '::ffff:192.168.1.5', 'fd00::7', '127.0.0.1'])(
  'of a proxy at %s that is not named the operator hears once',
  async (proxy) => {
    const said = await saidOf([
      { remoteAddress: proxy, headers: forwarded },
      { remoteAddress: proxy, headers: forwarded },
    ])

    expect(said).toEqual([expect.stringContaining('TRUST_PROXY does not name it')])
    expect(said[0]).not.toMatch(/\d/)
  },
)

test('nothing is said of a named one, of somebody in the open, nor where no header came', async () => {
  const said = await saidOf([
    { remoteAddress: '10.0.0.1', headers: forwarded },
    { remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': '10.0.0.9' } },
    { remoteAddress: '198.51.100.7', headers: forwarded },
    { remoteAddress: '2001:db8::1', headers: forwarded },
    { remoteAddress: '172.18.0.2', headers: {} },
  ])

  expect(said).toEqual([])
})

async function saidOf(
  calls: { remoteAddress: string; headers: Record<string, string> }[],
): Promise<string[]> {
  const app = await buildApp(server.deps, server.config)
  onTestFinished(() => app.close())
  const said: string[] = []
  tellOfUnnamedProxies(app, (line) => said.push(line))
  for (const call of calls) await app.inject({ url: '/api/health', ...call })
  return said
}
