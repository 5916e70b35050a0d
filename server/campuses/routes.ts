import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { CampusMatches, CampusQuery } from './contract.ts'
import { searchCampuses } from './search.ts'

/** The directory changes a few times a year. */
const CACHED = 'public, max-age=300, stale-while-revalidate=86400'

export function campusRoutes(app: FastifyInstance, deps: Pick<Deps, 'db' | 'campuses'>): void {
  const schema = {
    summary: 'Campuses by name, short name, alias or domain, or the beginning of one; slips are forgiven.',
    querystring: CampusQuery,
    response: { 200: CampusMatches },
  }
  app.withTypeProvider<TypeBoxTypeProvider>().get('/api/v1/campuses', { schema }, async (request, reply) => {
    reply.header('cache-control', CACHED)
    return { campuses: await searchCampuses(deps, request.query.q) }
  })
}
