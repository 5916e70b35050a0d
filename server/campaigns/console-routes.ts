import { Type } from 'typebox'
import type { App } from '../app.ts'
import { CampusDomain } from '../campuses/contract.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { campaignMember, member } from '../organizers/guard.ts'
import { campusPage, changeCampus, forgetCampus, oneCampus } from './campuses.ts'
import { changeClauses } from './clauses.ts'
import {
  CampaignSettings,
  CampusChange,
  CampusPage,
  CampusPageQuery,
  ClausesChange,
  NewCampaignRequest,
  OneCampus,
  QuestionsChange,
  RevisionBody,
  RevisionQuery,
  SettingsChange,
  TargetsChange,
  TextsChange,
} from './editing-contract.ts'
import { logoRoutes } from './logo-routes.ts'
import { deleteDraft, makeCampaign } from './making.ts'
import { previewRoutes } from './preview-routes.ts'
import { changeQuestions } from './questions.ts'
import { changeSettings } from './settings.ts'
import { showSettings } from './showing.ts'
import { closeCampaign, openCampaign, reopenCampaign } from './states.ts'
import { changeTargets } from './targets.ts'
import { changeTexts } from './texts.ts'
import { Done } from '../contract.ts'
import { OrganizationParams } from '../organizations/contract.ts'

/** A whole campaign is longer than what strangers may send. */
const LARGEST_FORM = 256 * 1024

const OfCampaign = Type.Object({ campaign: Type.String({ maxLength: 80 }) })
const OfCampus = Type.Object({ campaign: Type.String({ maxLength: 80 }), domain: CampusDomain })
const bodyLimit = LARGEST_FORM
const shown = { params: OfCampaign, response: { 200: CampaignSettings } }

/** Organizers make campaigns and change them. Each change answers with all that the campaign is then. */
export function campaignConsoleRoutes(app: App, deps: Deps): void {
  app.post(
    '/organizations/:organization/campaigns',
    {
      schema: {
        params: OrganizationParams,
        body: NewCampaignRequest,
        response: { 201: Type.Object({ slug: Type.String() }) },
      },
    },
    async (request, reply) =>
      reply.status(201).send({ slug: await makeCampaign(deps, member(request), request.body) }),
  )
  app.get('/campaigns/:campaign/settings', { schema: shown }, async (request) =>
    showSettings(deps, campaignMember(request)),
  )
  app.delete(
    '/campaigns/:campaign',
    { schema: { params: OfCampaign, querystring: RevisionQuery, response: Done } },
    async (request, reply) => {
      await deleteDraft(deps, campaignMember(request), Number(request.query.revision))
      return reply.status(204).send()
    },
  )
  changes(app, deps)
  steps(app, deps)
  campuses(app, deps)
  logoRoutes(app, deps)
  previewRoutes(app, deps)
}

/** Does it, and shows what the campaign is then. */
async function shownAfter(
  deps: Deps,
  organizer: CampaignMember,
  change: Promise<void>,
): Promise<CampaignSettings> {
  await change
  return await showSettings(deps, organizer)
}

function changes(app: App, deps: Deps): void {
  app.patch(
    '/campaigns/:campaign/settings',
    { bodyLimit, schema: { ...shown, body: SettingsChange } },
    async (request) => {
      const organizer = campaignMember(request)
      return await shownAfter(deps, organizer, changeSettings(deps, organizer, request.body))
    },
  )
  app.put(
    '/campaigns/:campaign/texts',
    { bodyLimit, schema: { ...shown, body: TextsChange } },
    async (request) => {
      const organizer = campaignMember(request)
      return await shownAfter(deps, organizer, changeTexts(deps, organizer, request.body))
    },
  )
  app.put(
    '/campaigns/:campaign/targets',
    { bodyLimit, schema: { ...shown, body: TargetsChange } },
    async (request) => {
      const organizer = campaignMember(request)
      return await shownAfter(deps, organizer, changeTargets(deps, organizer, request.body))
    },
  )
  app.put(
    '/campaigns/:campaign/clauses',
    { bodyLimit, schema: { ...shown, body: ClausesChange } },
    async (request) => {
      const organizer = campaignMember(request)
      return await shownAfter(deps, organizer, changeClauses(deps, organizer, request.body))
    },
  )
  app.put(
    '/campaigns/:campaign/questions',
    { bodyLimit, schema: { ...shown, body: QuestionsChange } },
    async (request) => {
      const organizer = campaignMember(request)
      return await shownAfter(deps, organizer, changeQuestions(deps, organizer, request.body))
    },
  )
}

function steps(app: App, deps: Deps): void {
  app.post('/campaigns/:campaign/opening', { schema: { ...shown, body: RevisionBody } }, async (request) => {
    const organizer = campaignMember(request)
    return await shownAfter(deps, organizer, openCampaign(deps, organizer, request.body.revision))
  })
  app.post('/campaigns/:campaign/closure', { schema: shown }, async (request) => {
    const organizer = campaignMember(request)
    return await shownAfter(deps, organizer, closeCampaign(deps, organizer))
  })
  app.delete('/campaigns/:campaign/closure', { schema: shown }, async (request) => {
    const organizer = campaignMember(request)
    return await shownAfter(deps, organizer, reopenCampaign(deps, organizer))
  })
}

function campuses(app: App, deps: Deps): void {
  app.get(
    '/campaigns/:campaign/campuses',
    { schema: { params: OfCampaign, querystring: CampusPageQuery, response: { 200: CampusPage } } },
    async (request) => campusPage(deps, campaignMember(request), request.query.after),
  )
  const url = '/campaigns/:campaign/campuses/:domain'
  const schema = { params: OfCampus, response: { 200: OneCampus } }
  app.get(url, { schema }, async (request) => oneCampus(deps, campaignMember(request), request.params.domain))
  app.put(url, { schema: { ...schema, body: CampusChange } }, async (request) => {
    const organizer = campaignMember(request)
    const { domain } = request.params
    await changeCampus(deps, organizer, { domain, ...request.body })
    return await oneCampus(deps, organizer, domain)
  })
  app.delete(url, { schema: { ...schema, querystring: RevisionQuery } }, async (request) => {
    const organizer = campaignMember(request)
    const { domain } = request.params
    await forgetCampus(deps, organizer, { domain, revision: Number(request.query.revision) })
    return await oneCampus(deps, organizer, domain)
  })
}
