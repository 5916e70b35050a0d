import { type SQL, sql } from 'drizzle-orm'
import type { DbOrTx } from '../db/db.ts'
import { switches } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { type Switch, type SwitchName, switchNames } from './contract.ts'

export type SwitchRow = typeof switches.$inferSelect

export async function readSwitches(db: DbOrTx): Promise<SwitchRow[]> {
  return await db.select().from(switches)
}

interface Hosted {
  id: number
  organizationId: number
}

/** Those that are on for a campaign, wherever they were turned. */
export function switchesOf(rows: SwitchRow[], { id, organizationId }: Hosted): ReadonlySet<SwitchName> {
  const isMeant = (row: SwitchRow) =>
    row.campaignId === id || row.organizationId === organizationId || isForAll(row)
  return new Set(rows.filter(isMeant).map(({ name }) => name))
}

function isForAll({ campaignId, organizationId }: SwitchRow): boolean {
  return campaignId === null && organizationId === null
}

/** As SQL: whether a switch is on for the campaign of this id. */
export function isOn(name: SwitchName, campaignId: SQL) {
  return sql`exists (
    select from switches turned where turned.name = ${name} and (
      turned.campaign_id = ${campaignId}
      or turned.organization_id = (select organization_id from campaigns where campaigns.id = ${campaignId})
      or (turned.campaign_id is null and turned.organization_id is null)))`
}

/** Each switch as a campaign has it. */
export async function showSwitchesOfCampaign({ db }: Pick<Deps, 'db'>, hosted: Hosted): Promise<Switch[]> {
  const rows = await readSwitches(db)
  return switchNames.map((name) => ({
    name,
    ...sinceOf(rows, name, 'here', ({ campaignId }) => campaignId === hosted.id),
    ...sinceOf(rows, name, 'organization', (row) => row.organizationId === hosted.organizationId),
    ...sinceOf(rows, name, 'everywhere', isForAll),
  }))
}

/** Each switch as an organization has it for all that it hosts. */
export async function showSwitchesOfOrganization(
  { db }: Pick<Deps, 'db'>,
  organizationId: number,
): Promise<Switch[]> {
  const rows = await readSwitches(db)
  return switchNames.map((name) => ({
    name,
    ...sinceOf(rows, name, 'here', (row) => row.organizationId === organizationId),
    ...sinceOf(rows, name, 'everywhere', isForAll),
  }))
}

function sinceOf(
  rows: SwitchRow[],
  name: SwitchName,
  where: 'here' | 'organization' | 'everywhere',
  isMeant: (row: SwitchRow) => boolean,
): Partial<Switch> {
  const row = rows.find((one) => one.name === name && isMeant(one))
  return row ? { [where]: row.since.toISOString() } : {}
}
