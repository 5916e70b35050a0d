import type { App } from '../app.ts'
import { OrganizationParams } from '../organizations/contract.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember, member } from '../organizers/guard.ts'
import { AuditPage, AuditQuery } from './contract.ts'
import { campaignLog, organizationLog } from './reading.ts'

export function auditRoutes(app: App, deps: Deps): void {
  app.get(
    '/organizations/:organization/audit',
    { schema: { params: OrganizationParams, querystring: AuditQuery, response: { 200: AuditPage } } },
    async (request) => await organizationLog(deps, member(request), request.query),
  )
  app.get(
    '/campaigns/:campaign/audit',
    { schema: { params: CampaignPath, querystring: AuditQuery, response: { 200: AuditPage } } },
    async (request) => await campaignLog(deps, campaignMember(request), request.query),
  )
}
