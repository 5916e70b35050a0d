import { and, desc, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { AuditAction } from '../audit/contract.ts'
import { transaction, type Tx } from '../db/db.ts'
import { auditLog, campaigns, organizers } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { openOrganizer } from '../organizers/organizer.ts'
import { Refusal } from '../refusal.ts'
import { announceCampaigns } from './campaign.ts'

/** A campaign's row before a change, locked against every other. */
export type Before = typeof campaigns.$inferSelect

/** What a change is written down as. */
interface Noted {
  action: AuditAction
  details: Record<string, unknown>
}

/**
 * Changes a campaign for an organizer who read it at this revision. Whoever comes second with the same one is refused,
 * and nothing is overwritten. The row is locked so that people can sign meanwhile.
 * @throws Refusal `changed-meanwhile`
 */
export async function changeCampaign(
  deps: Deps,
  member: CampaignMember,
  revision: number,
  change: (tx: Tx, before: Before) => Promise<Noted>,
): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const [before] = await tx
      .update(campaigns)
      .set({ revision: sql`${campaigns.revision} + 1` })
      .where(and(eq(campaigns.id, member.campaign.id), eq(campaigns.revision, revision)))
      .returning()
    if (!before) throw await changedMeanwhile(deps, tx, member)
    const noted = await change(tx, before)
    await noteChange(deps, tx, member, noted)
  })
}

/** Writes a change down and tells every process of it. */
export async function noteChange(
  { now }: Deps,
  tx: Tx,
  { campaign, ...by }: CampaignMember,
  noted: Noted,
): Promise<void> {
  const { id: campaignId, organizationId } = campaign
  await writeDown(tx, { at: now(), by, organizationId, campaignId, ...noted })
  await announceCampaigns(tx)
}

/** Says who came first, as far as it is known. */
export async function changedMeanwhile(deps: Deps, tx: Tx, member: CampaignMember): Promise<Refusal> {
  const [last] = await tx
    .select({ at: auditLog.at, organizer: organizers })
    .from(auditLog)
    .leftJoin(organizers, eq(organizers.id, auditLog.organizerId))
    .where(
      and(
        eq(auditLog.campaignId, member.campaign.id),
        sql`(${auditLog.action} like 'campaign.%' or ${auditLog.action} = 'pledge-text.change')`,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1)
  const who = last?.organizer ? nameFor(deps, member, last.organizer) : 'Somebody'
  const when = last ? ` ${ago(deps.now().getTime() - last.at.getTime())}` : ''
  return new Refusal(
    'changed-meanwhile',
    `${who} changed this campaign${when}, after you opened it. Nothing was overwritten, and what you typed is still here.`,
  )
}

function nameFor({ keys }: Deps, { organizerId }: CampaignMember, row: typeof organizers.$inferSelect) {
  if (row.id === organizerId) return 'You yourself, in another window,'
  const { name, email } = openOrganizer(keys, row)
  return name ?? email
}

/** "3 minutes ago" */
function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes < 1) return 'a moment ago'
  const relative = new Intl.RelativeTimeFormat('en')
  if (minutes < 120) return relative.format(-minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return hours < 48 ? relative.format(-hours, 'hour') : relative.format(-Math.round(hours / 24), 'day')
}
