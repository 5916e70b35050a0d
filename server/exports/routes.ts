import type { FastifyReply } from 'fastify'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { campaignMember } from '../organizers/guard.ts'
import { ListParams, type TotalsForm, TotalsParams, TotalsQuery } from './contract.ts'
import { type Export, exportExactTotals, exportPledges, exportTotals } from './export.ts'

const types: Record<TotalsForm, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json; charset=utf-8',
}

const produces = Object.values(types)

export function exportRoutes(app: App, deps: Deps): void {
  // Asking for the head alone would make the whole file, and write it down.
  const exposeHeadRoute = false
  const totals = { exposeHeadRoute, schema: { params: TotalsParams, querystring: TotalsQuery, produces } }
  app.get('/campaigns/:campaign/exports/totals/:form', totals, async (request, reply) => {
    const { form } = request.params
    return send(reply, form, await exportTotals(deps, campaignMember(request), { form, ...request.query }))
  })
  app.get('/campaigns/:campaign/exports/exact-totals/:form', totals, async (request, reply) => {
    const { form } = request.params
    return send(
      reply,
      form,
      await exportExactTotals(deps, campaignMember(request), { form, ...request.query }),
    )
  })
  app.get(
    '/campaigns/:campaign/exports/pledges/:form',
    { exposeHeadRoute, schema: { params: ListParams, produces } },
    async (request, reply) => {
      const { form } = request.params
      return send(reply, form, await exportPledges(deps, campaignMember(request), form))
    },
  )
}

/** Cut off in the middle, the connection breaks, so that nobody takes it for whole. */
function send(reply: FastifyReply, form: TotalsForm, { fileName, rows, content }: Export): FastifyReply {
  return reply
    .type(types[form])
    .headers({
      'content-disposition': `attachment; filename="${fileName}"`,
      'x-estamos-rows': String(rows),
    })
    .send(content)
}
