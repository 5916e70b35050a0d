import { and, eq, isNull } from 'drizzle-orm'
import { type AuditEntry, writeDown } from '../audit/audit.ts'
import { announceCampaigns } from '../campaigns/campaign.ts'
import { transaction } from '../db/db.ts'
import { switches } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import { releaseHeld } from '../mail/held.ts'
import type { SwitchName } from './contract.ts'

/** What a switch is for: one campaign, all of an organization's, or, where neither is named, all there are. */
export interface Scope {
  campaignId?: number
  organizationId?: number
}

interface Turn {
  name: SwitchName
  scope: Scope
  by: AuditEntry['by']
}

/** Every process knows within two seconds. On twice is on once, and keeps its first moment. */
export async function switchOn(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { name, scope, by }: Turn,
): Promise<void> {
  await transaction(db, async (tx) => {
    const turned = await tx
      .insert(switches)
      .values({ name, ...scope, since: now() })
      .onConflictDoNothing()
      .returning({ name: switches.name })
    if (turned.length === 0) return
    await writeDown(tx, { at: now(), by, action: 'switch.on', ...scope, details: { switch: name } })
    await announceCampaigns(tx)
  })
}

/** Letters that waited go; the leaderboard is published as it is by now. Off twice is off once. */
export async function switchOff(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { name, scope, by }: Turn,
): Promise<void> {
  await transaction(db, async (tx) => {
    const turned = await tx.delete(switches).where(isSwitch(name, scope)).returning({ name: switches.name })
    if (turned.length === 0) return
    await writeDown(tx, { at: now(), by, action: 'switch.off', ...scope, details: { switch: name } })
    await announceCampaigns(tx)
  })
  if (name === 'paused-mail') await releaseHeld(db)
}

function isSwitch(name: SwitchName, { campaignId, organizationId }: Scope) {
  return and(
    eq(switches.name, name),
    campaignId === undefined ? isNull(switches.campaignId) : eq(switches.campaignId, campaignId),
    organizationId === undefined
      ? isNull(switches.organizationId)
      : eq(switches.organizationId, organizationId),
  )
}
