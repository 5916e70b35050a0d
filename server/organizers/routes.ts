import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { Me } from './contract.ts'
import { forgetSession } from './cookie.ts'
import { actor } from './guard.ts'
import { showMe } from './me.ts'
import { signOut } from './signing-in.ts'

export function organizerRoutes(app: App, deps: Deps): void {
  app.get('/session', { schema: { response: { 200: Me } } }, async (request) => showMe(deps, actor(request)))
  app.delete('/session', async (request, reply) => {
    await signOut(deps, actor(request))
    forgetSession(deps, reply)
    return reply.status(204).send()
  })
}
