/**
 * The least that a signature can be: what (a) does, and one row on disk before the answer, in batches. No digest, no seal,
 * no letter, no count, no limit, no header: what even this does not reach, nothing that keeps what it acknowledged can.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { CampaignParams } from '../../server/campaigns/contract.ts'
import { readConfig } from '../../server/config.ts'
import { Batch } from '../../server/db/batch.ts'
import { type Columns, rowsFrom, runPrepared, valuesOf } from '../../server/db/prepared.ts'
import { openDeps } from '../../server/deps.ts'
import { PledgeReceipt, PledgeRequest } from '../../server/pledges/contract.ts'
import { yardstick } from './yardstick.ts'

const config = readConfig()
const { db } = await openDeps({ config, databaseUrl: config.databaseUrl ?? '' })
await db.execute(
  sql`create table if not exists bare_rows (mailbox bytea primary key, contact bytea not null)`,
)

interface Row {
  mailbox: Buffer
  contact: Buffer
}
const columns: Columns<Row> = {
  mailbox: ['bytea', ({ mailbox }) => mailbox],
  contact: ['bytea', ({ contact }) => contact],
}
const WRITE = { name: 'bare-rows', text: `insert into bare_rows select * from ${rowsFrom(columns)} as row` }
const rows = new Batch<Row, undefined>({
  write: async (aboard) => {
    await runPrepared(db, WRITE, valuesOf(columns, aboard))
    return aboard.map(() => undefined)
  },
})

const app = yardstick(config)

app.post(
  '/api/v1/campaigns/:slug/pledges',
  { schema: { params: CampaignParams, body: PledgeRequest, response: { 202: PledgeReceipt } } },
  async (_, reply) => {
    const key = randomBytes(132)
    await rows.add({ mailbox: key.subarray(0, 32), contact: key.subarray(32) })
    return reply.status(202).send({ status: 'check-your-email', receipt: randomUUID(), campus: 'gatech.edu' })
  },
)

await app.listen(config)
