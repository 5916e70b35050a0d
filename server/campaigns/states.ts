import { and, eq, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { AuditAction } from '../audit/contract.ts'
import { transaction } from '../db/db.ts'
import { campaigns } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { Refusal } from '../refusal.ts'
import { changeCampaign, noteChange } from './changing.ts'
import { readCampaign } from './reading.ts'
import { missingIn } from './readiness.ts'

/**
 * Opens a draft to the public, as it was read at this revision; with a date to open at, people see it coming.
 * It is never a draft again: from now on people may sign what it says.
 * @throws Refusal `not-ready` with all that is missing, `wrong-stage`, `changed-meanwhile`
 */
export async function openCampaign(deps: Deps, member: CampaignMember, revision: number): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, { id, state }) => {
    if (state !== 'draft') throw new Refusal('wrong-stage', 'This campaign was opened already.')
    const missing = missingIn(await readCampaign(tx, deps.keys, id), deps.now())
    if (missing.length > 0) throw new Refusal('not-ready', missing.join(' '))
    await tx
      .update(campaigns)
      .set({ state: 'open' })
      .where(and(eq(campaigns.id, id), eq(campaigns.state, 'draft')))
    return { action: 'campaign.open', details: {} }
  })
}

/** Takes no more signatures from now on; who signed before can still confirm. @throws Refusal `wrong-stage` */
export async function closeCampaign(deps: Deps, member: CampaignMember): Promise<void> {
  await step(deps, member, {
    leaves: eq(campaigns.state, 'open'),
    to: {
      state: 'closed',
      closedAt: sql`least(${deps.now().toISOString()}::timestamptz, ${campaigns.closesAt})`,
    },
    action: 'campaign.close',
    refused: 'Only a campaign that was opened can be closed, once.',
  })
}

/** Opens again what was closed, by hand or by its date, which is then forgotten. @throws Refusal `wrong-stage` */
export async function reopenCampaign(deps: Deps, member: CampaignMember): Promise<void> {
  const now = deps.now()
  const isOver = lte(campaigns.closesAt, now)
  await step(deps, member, {
    leaves: and(
      isNull(campaigns.forgottenAt),
      or(eq(campaigns.state, 'closed'), and(eq(campaigns.state, 'open'), isOver)),
    ),
    to: {
      state: 'open',
      closedAt: null,
      closesAt: sql`case when ${isOver} then null else ${campaigns.closesAt} end`,
    },
    action: 'campaign.reopen',
    refused: 'Only a campaign that has closed, and whose signers are not forgotten yet, can be opened again.',
  })
}

interface Step {
  leaves: SQL | undefined
  to: { state: 'open' | 'closed'; closedAt: SQL | null; closesAt?: SQL }
  action: AuditAction
  refused: string
}

/** No revision is asked for: closing must not fail because somebody else corrects a comma. */
async function step(
  deps: Deps,
  member: CampaignMember,
  { leaves, to, action, refused }: Step,
): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const stepped = await tx
      .update(campaigns)
      .set({ ...to, revision: sql`${campaigns.revision} + 1` })
      .where(and(eq(campaigns.id, member.campaign.id), leaves))
      .returning({ id: campaigns.id })
    if (stepped.length === 0) throw new Refusal('wrong-stage', refused)
    await noteChange(deps, tx, member, { action, details: {} })
  })
}
