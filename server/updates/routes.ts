import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import {
  MilestonesChange,
  NewUpdate,
  Readers,
  Update,
  UpdateChange,
  UpdateEmailPath,
  UpdatePath,
  UpdatePreview,
  UpdateRevision,
  Updates,
  UpdateSchedule,
} from './contract.ts'
import { changeUpdate, deleteUpdate, writeUpdate } from './drafts.ts'
import { wishForMilestones } from './milestones.ts'
import { previewEmail, previewUpdate, testUpdate } from './preview.ts'
import { openReaders, showReaders } from './readers.ts'
import { listUpdates, showUpdate } from './showing.ts'
import {
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  scheduleUpdate,
  sendUpdate,
  unscheduleUpdate,
} from './steps.ts'
import { Done } from '../contract.ts'

/** An update in many languages is longer than what strangers may send. */
const bodyLimit = 256 * 1024

/** An email as mail programs show it: styles in it, and nothing that runs, loads or leads anywhere by itself. */
const EMAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"

const one = { params: UpdatePath, response: { 200: Update } }

/** What organizers write to signers who asked for it. */
export function updateRoutes(app: App, deps: Deps): void {
  const readers = openReaders(deps)
  app.get(
    '/campaigns/:campaign/updates',
    { schema: { params: CampaignPath, response: { 200: Updates } } },
    async (request) => listUpdates(deps, campaignMember(request).campaign),
  )
  app.post(
    '/campaigns/:campaign/updates',
    { bodyLimit, schema: { params: CampaignPath, body: NewUpdate, response: { 201: Update } } },
    async (request, reply) =>
      reply.status(201).send(await writeUpdate(deps, campaignMember(request), request.body)),
  )
  app.get(
    '/campaigns/:campaign/update-readers',
    { schema: { params: CampaignPath, response: { 200: Readers } } },
    async (request) => showReaders(deps, readers, campaignMember(request).campaign),
  )
  app.get('/campaigns/:campaign/updates/:update', { schema: one }, async (request) =>
    showUpdate(deps, campaignMember(request).campaign, Number(request.params.update)),
  )
  app.put(
    '/campaigns/:campaign/updates/:update',
    { bodyLimit, schema: { ...one, body: UpdateChange } },
    async (request) =>
      changeUpdate(deps, campaignMember(request), Number(request.params.update), request.body),
  )
  app.delete(
    '/campaigns/:campaign/updates/:update',
    { schema: { params: UpdatePath, response: Done } },
    async (request, reply) => {
      await deleteUpdate(deps, campaignMember(request), Number(request.params.update))
      return reply.status(204).send()
    },
  )
  app.get(
    '/campaigns/:campaign/updates/:update/preview',
    { schema: { params: UpdatePath, response: { 200: UpdatePreview } } },
    async (request) =>
      previewUpdate(deps, readers, campaignMember(request).campaign, Number(request.params.update)),
  )
  app.get(
    '/campaigns/:campaign/updates/:update/emails/:locale',
    { schema: { params: UpdateEmailPath, produces: ['text/html'] } },
    async (request, reply) => {
      const { update, locale } = request.params
      const html = await previewEmail(deps, campaignMember(request).campaign, Number(update), locale)
      return reply.header('content-security-policy', EMAIL_POLICY).type('text/html; charset=utf-8').send(html)
    },
  )
  app.post(
    '/campaigns/:campaign/updates/:update/tests',
    { schema: { params: UpdatePath, body: UpdateRevision, response: { 202: Type.Null() } } },
    async (request, reply) => {
      const { update } = request.params
      await testUpdate(deps, campaignMember(request), Number(update), request.body.revision)
      return reply.status(202).send(null)
    },
  )
  steps(app, deps)
  app.put(
    '/campaigns/:campaign/milestones',
    { schema: { params: CampaignPath, body: MilestonesChange, response: { 200: MilestonesChange } } },
    async (request) => wishForMilestones(deps, campaignMember(request), request.body.on),
  )
}

/** From a draft to its readers. */
function steps(app: App, deps: Deps): void {
  app.post(
    '/campaigns/:campaign/updates/:update/sending',
    { schema: { ...one, body: UpdateRevision } },
    async (request) =>
      sendUpdate(deps, campaignMember(request), Number(request.params.update), request.body.revision),
  )
  app.post(
    '/campaigns/:campaign/updates/:update/schedule',
    { schema: { ...one, body: UpdateSchedule } },
    async (request) =>
      scheduleUpdate(deps, campaignMember(request), Number(request.params.update), request.body),
  )
  app.delete('/campaigns/:campaign/updates/:update/schedule', { schema: one }, async (request) =>
    unscheduleUpdate(deps, campaignMember(request), Number(request.params.update)),
  )
  app.post('/campaigns/:campaign/updates/:update/pause', { schema: one }, async (request) =>
    pauseUpdate(deps, campaignMember(request), Number(request.params.update)),
  )
  app.delete('/campaigns/:campaign/updates/:update/pause', { schema: one }, async (request) =>
    resumeUpdate(deps, campaignMember(request), Number(request.params.update)),
  )
  app.post('/campaigns/:campaign/updates/:update/cancellation', { schema: one }, async (request) =>
    cancelUpdate(deps, campaignMember(request), Number(request.params.update)),
  )
}
