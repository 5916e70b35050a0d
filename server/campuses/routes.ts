import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { CampusMatches, CampusQuery } from './contract.ts'
import { searchCampuses } from './search.ts'

export function campusRoutes(app: FastifyInstance, deps: Pick<Deps, 'db' | 'campuses'>): void {
  const schema = {
    summary: 'Campuses by name, short name, alias or domain, or the beginning of one; slips are forgiven.',
    querystring: CampusQuery,
    response: { 200: CampusMatches },
  }
  app.withTypeProvider<TypeBoxTypeProvider>().get('/api/v1/campuses', { schema }, async (request) => {
    return { campuses: await searchCampuses(deps, request.query.q) }
  })
}
