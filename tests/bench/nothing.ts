/** The yardstick: the same routes with the same schemas in Fastify, answering at once and doing nothing. */
import { randomUUID } from 'node:crypto'
import { CampaignParams } from '../../server/campaigns/contract.ts'
import { readConfig } from '../../server/config.ts'
import {
  Confirmation,
  ConfirmationRequest,
  PledgeReceipt,
  PledgeRequest,
} from '../../server/pledges/contract.ts'
import { yardstick } from './yardstick.ts'

const config = readConfig()
const app = yardstick(config)

app.post(
  '/api/v1/campaigns/:slug/pledges',
  { schema: { params: CampaignParams, body: PledgeRequest, response: { 202: PledgeReceipt } } },
  async (_, reply) =>
    reply.status(202).send({ status: 'check-your-email', receipt: randomUUID(), campus: 'gatech.edu' }),
)

app.post(
  '/api/v1/confirmations',
  { schema: { body: ConfirmationRequest, response: { 200: Confirmation } } },
  async () => ({
    campaign: 'real',
    campus: { campus: 'gatech.edu', name: 'Georgia Institute of Technology', shortName: 'Georgia Tech' },
    confirmed: 100,
    rank: 1,
    shareUrl: `${config.publicUrl}/c/real/gatech.edu`,
  }),
)

await app.listen(config)
