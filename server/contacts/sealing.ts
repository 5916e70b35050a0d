import { pledges } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Keys } from '../keys.ts'
import { listsNothing } from '../pledges/choices.ts'
import { type Contact, openContact } from '../pledges/contact.ts'
import { isPledge, type PledgeKey } from '../pledges/mailbox.ts'
import type { Ticket } from '../pledges/token.ts'
import { sealTo } from './box.ts'
import { type Sealable, sealableTo } from './recipients.ts'

/** A contact sealed to one organization. */
export interface Box {
  organizationId: number
  fingerprint: Buffer
  box: Buffer
}

/** Seals what waits with a pledge to those it is shared with. */
export type Sealing = (waiting: Buffer) => Box[]

/**
 * Done before the transaction that confirms begins, since that holds the rows of many signers; only where she signed
 * anew in between is it done in there.
 */
export async function sealingOf(deps: Deps, { key, choices }: Ticket): Promise<Sealing> {
  if (listsNothing(choices)) return () => []
  const campaign = await deps.campaigns.byId(key.campaignId)
  const to = campaign ? sealableTo(campaign, deps.now()) : []
  if (to.length === 0) return () => []
  const [row] = await deps.db
    .select({ state: pledges.state, contact: pledges.contact })
    .from(pledges)
    .where(isPledge(key))
  const waiting = row?.state === 'pending' ? row.contact : null
  const boxes = waiting ? boxesOf(deps.keys, key, waiting, to) : []
  return (found) => (waiting?.equals(found) ? boxes : boxesOf(deps.keys, key, found, to))
}

function boxesOf(keys: Keys, key: PledgeKey, waiting: Buffer, to: Sealable[]): Box[] {
  return boxesFor(openContact(keys, key, waiting), to)
}

/** To each that she named, by the key that she was told of, while that is its key; to no other. */
export function boxesFor(contact: Contact, to: Sealable[]): Box[] {
  const { email, name, shareWith = [] } = contact
  const plain = Buffer.from(JSON.stringify({ email, ...(name && { name }) }))
  return to.flatMap(({ organizationId, key: { fingerprint, publicKey } }) => {
    const isNamed = shareWith.some(
      (one) => one.organization === organizationId && one.key === fingerprint.toString('hex'),
    )
    return isNamed ? [{ organizationId, fingerprint, box: sealTo(publicKey, plain) }] : []
  })
}
