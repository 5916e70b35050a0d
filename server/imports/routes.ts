import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import { ImportedRows, ImportRows, NewOfflineCount, OfflineCountParams, OfflineCounts } from './contract.ts'
import { importRows, previewImport } from './import.ts'
import { addOfflineCount, removeOfflineCount, showOfflineCounts } from './offline-counts.ts'
import { Done } from '../contract.ts'

/** Of 200 rows, each as long as it may be. */
const ROWS_LIMIT_BYTES = 256 * 1024

export function importRoutes(app: App, deps: Deps): void {
  const rows = {
    bodyLimit: ROWS_LIMIT_BYTES,
    schema: { params: CampaignPath, body: ImportRows, response: { 200: ImportedRows } },
  }
  app.post('/campaigns/:campaign/import-previews', rows, async (request) => ({
    rows: await previewImport(deps, campaignMember(request), request.body),
  }))
  app.post('/campaigns/:campaign/imports', rows, async (request) => ({
    rows: await importRows(deps, campaignMember(request), request.body),
  }))
  offlineCountRoutes(app, deps)
}

function offlineCountRoutes(app: App, deps: Deps): void {
  const url = '/campaigns/:campaign/offline-counts'
  app.get(url, { schema: { params: CampaignPath, response: { 200: OfflineCounts } } }, async (request) =>
    showOfflineCounts(deps, campaignMember(request)),
  )
  app.post(
    url,
    { schema: { params: CampaignPath, body: NewOfflineCount, response: { 201: OfflineCounts } } },
    async (request, reply) => {
      await addOfflineCount(deps, campaignMember(request), request.body)
      return reply.status(201).send(await showOfflineCounts(deps, campaignMember(request)))
    },
  )
  app.delete(
    `${url}/:id`,
    { schema: { params: OfflineCountParams, response: Done } },
    async (request, reply) => {
      await removeOfflineCount(deps, campaignMember(request), Number(request.params.id))
      return reply.status(204).send()
    },
  )
}
