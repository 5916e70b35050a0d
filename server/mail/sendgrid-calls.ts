import { createHash, type KeyObject } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { transaction, type Tx } from '../db/db.ts'
import { addJobs } from '../db/queue.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../refusal.ts'
import { hear } from './back-channel.ts'
import { deletionJobs } from './provider-copies.ts'
import { copyIn, heardIn, type SendgridEvent } from './sendgrid-events.ts'
import { isSigned, type SignedCall, signedPart } from './sendgrid-signature.ts'

/**
 * Takes what SendGrid tells of many letters at once. What is ours to know from then on is deleted there.
 * @throws Refusal `call-unsigned`, `call-repeated`, `malformed-json`, `invalid-request`
 */
export async function takeSendgridCall(
  { db, keys, now, backChannel }: Pick<Deps, 'db' | 'keys' | 'now' | 'backChannel'>,
  key: KeyObject,
  call: SignedCall,
): Promise<void> {
  if (!isSigned(key, call, now()))
    throw new Refusal('call-unsigned', 'This call is not signed by the provider, or was signed long ago.')
  const events = eventsIn(call.body)
  await transaction(db, async (tx) => {
    await takeOnce(tx, call, now())
    const heard = events.flatMap((event) => heardIn(event) ?? [])
    const news = await hear(tx, keys, heard, now())
    if (!backChannel.sendgridLists) return
    const copies = events.flatMap((event) => copyIn(event, news) ?? [])
    await addJobs(tx, deletionJobs(keys, copies))
  })
}

/** By what is signed, not by the signature: of one there are two that are good. */
async function takeOnce(tx: Tx, call: SignedCall, now: Date): Promise<void> {
  const digest = createHash('sha256').update(signedPart(call)).digest()
  const { rowCount } = await tx.execute(sql`
    insert into provider_calls (digest, called_at) values (${digest}, ${now.toISOString()}::timestamptz)
    on conflict do nothing`)
  if (rowCount === 0) throw new Refusal('call-repeated', 'This call was taken already.')
}

function eventsIn(body: Buffer): SendgridEvent[] {
  const said = parsed(body)
  if (!Array.isArray(said)) throw new Refusal('invalid-request', 'This is not a list of events.')
  return said.filter((one) => typeof one === 'object' && one !== null)
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new Refusal('malformed-json', 'That is not JSON.')
  }
}
