import { sql } from 'drizzle-orm'
import type { App } from './app.ts'
import type { Deps } from './deps.ts'

/** For load balancers and `docker compose`: 200 while the database answers, 503 while it does not. */
export function healthRoutes(app: App, deps: Deps): void {
  app.get('/api/health', { schema: { hide: true } }, async () => {
    await deps.db.execute(sql`select 1`)
    return { status: 'ok' }
  })
}
