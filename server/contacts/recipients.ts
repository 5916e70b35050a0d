import type { Campaign } from '../campaigns/reading.ts'
import type { Recipient } from '../campaigns/contract.ts'
import { currentKey, type OrganizationKey } from './key.ts'

/** An organization that signers of a campaign may share their contact with, and the key it is sealed to. */
export interface Sealable {
  organizationId: number
  slug: string
  name: string
  key: OrganizationKey
}

/** Without a working key an organization collects no contacts, and where a campaign only counts, none does. */
export function sealableTo(
  { contactMode, carriers }: Pick<Campaign, 'contactMode' | 'carriers'>,
  now: Date,
): Sealable[] {
  if (contactMode === 'count-only') return []
  return carriers.flatMap(({ keys, ...carrier }) => {
    const key = currentKey(keys, now)
    return key ? [{ ...carrier, key }] : []
  })
}

/** The same as anybody may see it. */
export function recipientsOf(campaign: Campaign, now: Date): Recipient[] {
  return sealableTo(campaign, now).map(({ slug, name, key }) => ({
    organization: slug,
    name,
    fingerprint: key.fingerprint.toString('hex'),
  }))
}
