import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { type AnOrganizer, anOrganizer, campaignId } from '../builders.ts'
import type { Estamos } from '../estamos.ts'
import type { Role } from '../../server/organizers/access.ts'

interface PartnerSettings {
  organization?: string
  role?: Role
  isFresh?: boolean
}

/** Somebody of an organization that is a partner of the campaign. */
export async function aPartner(
  server: Estamos,
  campaign: string,
  { organization = `partner-${campaign}`, ...settings }: PartnerSettings = {},
): Promise<AnOrganizer> {
  const organizer = await anOrganizer(server, { organization, ...settings })
  await server.deps.db.execute(sql`
    insert into campaign_partners (campaign_id, organization_id, joined_at)
    select ${await campaignId(server, campaign)}, id, now() from organizations where slug = ${organization}
    on conflict do nothing`)
  return organizer
}

/** Registers a source, and waits until the server knows that it is kept with pledges. */
export async function registered(
  server: Estamos,
  { call }: AnOrganizer,
  campaign: string,
  code: string,
): Promise<void> {
  const answer = await call('POST', `campaigns/${campaign}/sources`, { code, name: code })
  expect(answer.statusCode).toBe(201)
  await expect.poll(async () => (await server.deps.campaigns.known(campaign))?.sources.has(code)).toBe(true)
}
