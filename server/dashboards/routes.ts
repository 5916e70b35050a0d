import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import { Dashboard } from './contract.ts'
import { openDashboards } from './dashboard.ts'

export function dashboardRoutes(app: App, deps: Deps): void {
  const dashboards = openDashboards(deps)
  app.get(
    '/campaigns/:campaign/dashboard',
    { schema: { params: CampaignPath, response: { 200: Dashboard } } },
    async (request) => {
      const { campaign, isPartner } = campaignMember(request)
      return await (isPartner ? dashboards.ofPartner(campaign) : dashboards.ofHost(campaign))
    },
  )
}
