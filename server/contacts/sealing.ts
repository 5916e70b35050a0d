import { signings } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { Contact, NamedKey } from '../pledges/contact.ts'
import type { Ticket } from '../pledges/token.ts'
import { isSigning, openSigning } from '../pledges/waiting-signing.ts'
import { sealTo } from './box.ts'
import { type Sealable, sealableTo } from './recipients.ts'

/** A contact sealed to one organization. */
export interface Box {
  organizationId: number
  fingerprint: Buffer
  box: Buffer
}

/** Seals the contact of an act of signing, as it waits, to those it is shared with. */
export type Sealing = (waiting: Buffer) => Box[]

/**
 * Done before the transaction that confirms begins, since that holds the rows of many signers; only where its signer
 * changed it in between is it done in there.
 */
export async function sealingOf(deps: Deps, ticket: Ticket): Promise<Sealing> {
  const campaign = await deps.campaigns.byId(ticket.key.campaignId)
  const to = campaign ? sealableTo(campaign, deps.now()) : []
  if (to.length === 0) return () => []
  const [row] = await deps.db.select({ sealed: signings.sealed }).from(signings).where(isSigning(ticket))
  const waiting = row?.sealed ?? null
  const boxes = waiting ? boxesOf(deps, ticket, waiting, to) : []
  return (found) => (waiting?.equals(found) ? boxes : boxesOf(deps, ticket, found, to))
}

function boxesOf({ keys }: Deps, ticket: Ticket, waiting: Buffer, to: Sealable[]): Box[] {
  const says = openSigning(keys, ticket, waiting)
  return says ? boxesFor({ ...says, name: says.name ?? undefined }, to) : []
}

interface Shared extends Pick<Contact, 'email'> {
  name: string | undefined
  shareWith: NamedKey[]
}

/** To each that she named, by the key that she was told of, while that is its key; to no other. */
export function boxesFor({ email, name, shareWith }: Shared, to: Sealable[]): Box[] {
  const plain = Buffer.from(JSON.stringify({ email, ...(name && { name }) }))
  return to.flatMap(({ organizationId, key: { fingerprint, publicKey } }) => {
    const isNamed = shareWith.some(
      (one) => one.organization === organizationId && one.key === fingerprint.toString('hex'),
    )
    return isNamed ? [{ organizationId, fingerprint, box: sealTo(publicKey, plain) }] : []
  })
}
