import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Slug } from '../campaigns/contract.ts'
import type { Deps } from '../deps.ts'
import { OrganizationParams } from '../organizations/contract.ts'
import { campaignMember, member } from '../organizers/guard.ts'
import { Contacts, KeyParams, KeyTrial, NewKey, OrganizationKeys, TrialBox, WrappedKeys } from './contract.ts'
import { countContacts, exportContacts, wrappedKeys } from './exporting.ts'
import { approveKey, cancelKey } from './replacing-key.ts'
import { setKey, tryKey } from './setting-key.ts'
import { showKeys } from './showing-keys.ts'

const NDJSON = 'application/x-ndjson; charset=utf-8'
const CampaignOfContacts = Type.Object({ campaign: Slug })

export function contactRoutes(app: App, deps: Deps): void {
  keyRoutes(app, deps)
  const of = '/campaigns/:campaign'
  const params = CampaignOfContacts
  app.get(`${of}/contacts`, { schema: { params, response: { 200: Contacts } } }, async (request) =>
    countContacts(deps, campaignMember(request)),
  )
  // Asking for the head alone would write down, and note on each, that all was taken out.
  const exposeHeadRoute = false
  app.get(
    `${of}/wrapped-keys`,
    { exposeHeadRoute, schema: { params, response: { 200: WrappedKeys } } },
    async (request) => wrappedKeys(deps, campaignMember(request)),
  )
  app.get(
    `${of}/exports/contacts`,
    { exposeHeadRoute, schema: { params, produces: [NDJSON] } },
    async (request, reply) => {
      const { rows, content } = await exportContacts(deps, campaignMember(request))
      return reply.type(NDJSON).header('x-estamos-rows', String(rows)).send(content)
    },
  )
}

function keyRoutes(app: App, deps: Deps): void {
  const of = '/organizations/:organization'
  const answer = { 200: OrganizationKeys }
  app.get(`${of}/keys`, { schema: { params: OrganizationParams, response: answer } }, async (request) =>
    showKeys(deps, member(request)),
  )
  app.post(
    `${of}/key-trials`,
    { schema: { params: OrganizationParams, body: KeyTrial, response: { 200: TrialBox } } },
    async (request) => tryKey(deps, member(request), request.body.publicKey),
  )
  app.post(
    `${of}/keys`,
    { schema: { params: OrganizationParams, body: NewKey, response: answer } },
    async (request) => {
      await setKey(deps, member(request), request.body)
      return await showKeys(deps, member(request))
    },
  )
  app.post(
    `${of}/keys/:fingerprint/approval`,
    { schema: { params: KeyParams, response: answer } },
    async (request) => {
      await approveKey(deps, member(request), request.params.fingerprint)
      return await showKeys(deps, member(request))
    },
  )
  app.delete(
    `${of}/keys/:fingerprint`,
    { schema: { params: KeyParams, response: answer } },
    async (request) => {
      await cancelKey(deps, member(request), request.params.fingerprint)
      return await showKeys(deps, member(request))
    },
  )
}
