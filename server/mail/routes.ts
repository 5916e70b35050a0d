import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { CampaignPath } from '../organizers/contract.ts'
import { campaignMember } from '../organizers/guard.ts'
import { ReceiptParams, ReceiptStatus, RefusedLetters } from './contract.ts'
import { receiptStatus } from './receipts.ts'
import { refusedLetters } from './refused.ts'
import { takeSendgridCall } from './sendgrid-calls.ts'
import { Done } from '../contract.ts'

export function receiptRoutes(app: App, deps: Deps): void {
  app.get(
    '/api/v1/receipts/:receipt',
    { schema: { params: ReceiptParams, response: { 200: ReceiptStatus } } },
    async (request) => await receiptStatus(deps, request.params.receipt),
  )
}

export function mailConsoleRoutes(app: App, deps: Deps): void {
  app.get(
    '/campaigns/:campaign/refused-letters',
    { schema: { params: CampaignPath, response: { 200: RefusedLetters } } },
    async (request) => await refusedLetters(deps.db, campaignMember(request).campaign.id),
  )
}

/** SendGrid sends what it gathered as soon as that is 768 kB. */
const LARGEST_CALL_BYTES = 1024 * 1024

const SIGNATURE = 'x-twilio-email-event-webhook-signature'
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp'

/** For mail providers alone. Where no key says whose calls to believe, there is nothing at this address. */
export function providerRoutes(app: App, deps: Deps): void {
  const { sendgridKey } = deps.backChannel
  if (!sendgridKey) return
  // The bytes as they came: only they are signed.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.post(
    '/api/v1/mail-events/sendgrid',
    { bodyLimit: LARGEST_CALL_BYTES, schema: { hide: true, body: Type.Unknown(), response: Done } },
    async (request, reply) => {
      const { [SIGNATURE]: signature, [TIMESTAMP]: timestamp } = request.headers
      await takeSendgridCall(deps, sendgridKey, {
        body: request.body as Buffer,
        signature: String(signature),
        timestamp: String(timestamp),
      })
      return reply.status(204).send()
    },
  )
}
