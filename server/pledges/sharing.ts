/** With whom a signer shares her contact, as her own page shows and changes it. */
import type { Campaign } from '../campaigns/campaign.ts'
import { shortFingerprint } from '../contacts/key.ts'
import { boxesFor } from '../contacts/sealing.ts'
import { recipientsOf, sealableTo } from '../contacts/recipients.ts'
import { deleteBoxes, sharedWith, writeBoxes } from '../contacts/sealed.ts'
import type { Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { checkedSharing } from './asked.ts'
import type { NamedKey } from './contact.ts'
import type { MyPledge, MyPledgeChange } from './contract.ts'
import type { OwnPledge } from './held.ts'
import { checkedName } from './name.ts'

type Shown = MyPledge['sharing']

/** Those that have it, or are to have it once she confirms, and those that she could share it with. */
export async function showSharing(deps: Deps, campaign: Campaign, row: OwnPledge): Promise<Shown> {
  const shared = row.confirmedAt === null ? waitingFor(deps, campaign, row) : await having(deps, row)
  if (row.state === 'pending' || row.state === 'withdrawn') return shared
  const offered = recipientsOf(campaign, deps.now())
    .filter(({ organization }) => !shared.some((one) => one.organization === organization))
    .map(({ fingerprint, ...one }) => ({
      ...one,
      key: shortFingerprint(fingerprint),
      is: 'offered' as const,
    }))
  return [...shared, ...offered]
}

function waitingFor({ now }: Deps, campaign: Campaign, row: OwnPledge): Shown {
  return listed(campaign, row.waiting?.shareWith ?? [], now()).map((one) => ({ ...one, is: 'waiting' }))
}

/** What of it would be shared now, as an email and her page say it. */
export function listed(
  campaign: Campaign,
  named: NamedKey[],
  now: Date,
): { organization: string; name: string; key: string }[] {
  return sealableTo(campaign, now).flatMap(({ organizationId, slug, name, key }) => {
    const fingerprint = key.fingerprint.toString('hex')
    const isNamed = named.some((one) => one.organization === organizationId && one.key === fingerprint)
    return isNamed ? [{ organization: slug, name, key: shortFingerprint(fingerprint) }] : []
  })
}

async function having({ db }: Deps, row: OwnPledge): Promise<Shown> {
  const shared = await sharedWith(db, row)
  return shared.map(({ slug, name, fingerprint, isTaken }) => ({
    organization: slug,
    name,
    key: shortFingerprint(fingerprint.toString('hex')),
    is: isTaken ? 'taken' : 'shared',
  }))
}

interface Sharing {
  campaign: Campaign
  row: OwnPledge
  change: MyPledgeChange
  /** Asked for only where something is to be sealed. */
  email: () => string
}

/**
 * Takes back what is not named any more, and shares with whoever is named anew.
 * @throws Refusal `contact-not-offered`, and what `email` throws
 */
export async function changeSharing(tx: Tx, deps: Deps, asked: Sharing): Promise<void> {
  const { campaign, row, change } = asked
  const { shareWith: wanted } = change
  if (!wanted || row.confirmedAt === null) return
  const shared = await sharedWith(tx, row)
  for (const { slug, organizationId } of shared)
    if (!wanted.includes(slug)) await deleteBoxes(tx, row, organizationId)
  const added = wanted.filter((slug) => !shared.some((one) => one.slug === slug))
  const shareWith = checkedSharing(campaign, added, deps.now())
  if (shareWith.length === 0) return
  const name = checkedName(change.name)
  const contact = { email: asked.email(), name, shareWith }
  const boxes = boxesFor(contact, sealableTo(campaign, deps.now()))
  await writeBoxes(tx, deps.now(), [{ ...row, boxes }])
}

/** While it waits, the act of signing itself says with whom; there it can only be taken back. */
export function stillShared(
  campaign: Campaign,
  named: NamedKey[],
  { shareWith: wanted }: MyPledgeChange,
): NamedKey[] {
  if (!wanted) return named
  return named.filter(({ organization }) =>
    campaign.carriers.some(
      ({ organizationId, slug }) => organizationId === organization && wanted.includes(slug),
    ),
  )
}
