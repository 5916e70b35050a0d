import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { campaignMember, member } from '../organizers/guard.ts'
import { Name, Switches } from './contract.ts'
import { showSwitchesOfCampaign, showSwitchesOfOrganization } from './switches.ts'
import { switchOff, switchOn } from './turning.ts'

const OfCampaign = Type.Object({ campaign: Type.String({ maxLength: 80 }) })
const OfOrganization = Type.Object({ organization: Type.String({ maxLength: 80 }) })
const response = { 200: Switches }

/** Kill switches: PUT turns one on, DELETE off; each answers with how they all stand then. */
export function switchRoutes(app: App, deps: Deps): void {
  ofCampaigns(app, deps)
  ofOrganizations(app, deps)
}

function ofCampaigns(app: App, deps: Deps): void {
  const url = '/campaigns/:campaign/switches'
  const params = Type.Object({ ...OfCampaign.properties, switch: Name })
  app.get(url, { schema: { params: OfCampaign, response } }, async (request) => ({
    switches: await showSwitchesOfCampaign(deps, campaignMember(request).campaign),
  }))
  app.put(`${url}/:switch`, { schema: { params, response } }, async (request) => {
    const { campaign, ...by } = campaignMember(request)
    await switchOn(deps, { name: request.params.switch, scope: { campaignId: campaign.id }, by })
    return { switches: await showSwitchesOfCampaign(deps, campaign) }
  })
  app.delete(`${url}/:switch`, { schema: { params, response } }, async (request) => {
    const { campaign, ...by } = campaignMember(request)
    await switchOff(deps, { name: request.params.switch, scope: { campaignId: campaign.id }, by })
    return { switches: await showSwitchesOfCampaign(deps, campaign) }
  })
}

function ofOrganizations(app: App, deps: Deps): void {
  const url = '/organizations/:organization/switches'
  const params = Type.Object({ ...OfOrganization.properties, switch: Name })
  app.get(url, { schema: { params: OfOrganization, response } }, async (request) => ({
    switches: await showSwitchesOfOrganization(deps, member(request).organization.id),
  }))
  app.put(`${url}/:switch`, { schema: { params, response } }, async (request) => {
    const { organization, ...by } = member(request)
    await switchOn(deps, { name: request.params.switch, scope: { organizationId: organization.id }, by })
    return { switches: await showSwitchesOfOrganization(deps, organization.id) }
  })
  app.delete(`${url}/:switch`, { schema: { params, response } }, async (request) => {
    const { organization, ...by } = member(request)
    await switchOff(deps, { name: request.params.switch, scope: { organizationId: organization.id }, by })
    return { switches: await showSwitchesOfOrganization(deps, organization.id) }
  })
}
