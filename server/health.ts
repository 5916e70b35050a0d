import { sql } from 'drizzle-orm'
import { Type } from 'typebox'
import type { App } from './app.ts'
import type { Deps } from './deps.ts'

const Health = Type.Object({ status: Type.Literal('ok') })

/** For load balancers and `docker compose`: 200 while the database answers, 503 while it does not. */
export function healthRoutes(app: App, deps: Deps): void {
  app.get('/api/health', { schema: { hide: true, response: { 200: Health } } }, async () => {
    await deps.db.execute(sql`select 1`)
    return { status: 'ok' as const }
  })
}
