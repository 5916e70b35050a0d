import { onTestFinished } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { openDeps } from '../../server/deps.ts'
import type { Estamos } from '../estamos.ts'
import { type Proxy, proxyTo } from './proxy.ts'

/** The same server again, whose line to the database can be cut. */
export async function behindAProxy(server: Estamos): Promise<Estamos & { line: Proxy }> {
  const url = new URL(server.databaseUrl)
  const line = await proxyTo(Number(url.port))
  url.port = String(line.port)
  const deps = await openDeps({ config: server.config, databaseUrl: url.href, now: server.deps.now })
  const app = await buildApp(deps, server.config)
  onTestFinished(async () => {
    line.mend()
    await app.close()
    await deps.close()
    await line.close()
  }, 5_000)
  return { ...server, app, deps, databaseUrl: url.href, line }
}
