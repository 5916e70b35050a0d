import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { showDomain } from './address-domain.ts'
import { AddressDomain, AddressDomainParams, CampusMatches, CampusQuery } from './contract.ts'
import { searchCampuses } from './search.ts'

export function campusRoutes(app: FastifyInstance, deps: Pick<Deps, 'db' | 'campuses'>): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>()
  const schema = {
    summary: 'Campuses by name, short name, alias or domain, or the beginning of one; slips are forgiven.',
    querystring: CampusQuery,
    response: { 200: CampusMatches },
  }
  routes.get('/api/v1/campuses', { schema }, async (request) => {
    return { campuses: await searchCampuses(deps, request.query.q) }
  })
  routes.get(
    '/api/v1/address-domains/:domain',
    {
      schema: {
        summary: 'The campus that an address at this domain shows, or those among which its signer chooses.',
        params: AddressDomainParams,
        response: { 200: AddressDomain },
      },
    },
    async (request) => showDomain(deps.campuses.ofAddressDomain(request.params.domain)),
  )
}
