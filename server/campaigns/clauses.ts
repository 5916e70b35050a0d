import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../db/db.ts'
import { campaignClauses } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import { type Before, changeCampaign } from './changing.ts'
import type { EditedClause } from './editing-contract.ts'
import { checkedLocalized, saysTheSame } from './localized.ts'
import { planOf } from './retiring.ts'
import { invalid } from './wording.ts'

const MOST_CLAUSES = 6
const LONGEST_CLAUSE = 300

/**
 * What signers may promise on top of the pledge, in this order. Once the campaign was opened, a clause that is worded
 * anew is another clause, and the old one is retired: who promised it keeps it.
 * @throws Refusal `setting-invalid`
 */
export async function changeClauses(
  deps: Deps,
  member: CampaignMember,
  { revision, clauses }: { revision: number; clauses: EditedClause[] },
): Promise<void> {
  await changeCampaign(deps, member, revision, async (tx, before) => {
    const checked = checkedClauses(clauses, before.locales)
    const old = await liveClauses(tx, before)
    const plan = planOf(
      old,
      checked,
      (one, now) => before.state === 'draft' || saysTheSame(one.words, now.words, before.locales),
    )
    for (const { id, ...clause } of plan.kept)
      await tx.update(campaignClauses).set(clause).where(eq(campaignClauses.id, id))
    await retire(tx, before, plan.gone, deps.now())
    if (plan.added.length > 0) {
      await tx
        .insert(campaignClauses)
        .values(plan.added.map((clause) => ({ ...clause, campaignId: before.id })))
    }
    return {
      action: 'campaign.change',
      details: { clauses: checked.length, added: plan.added.length, retired: plan.gone },
    }
  })
}

/** @throws Refusal `setting-invalid` */
export function checkedClauses(clauses: EditedClause[], locales: string[]): EditedClause[] {
  if (clauses.length > MOST_CLAUSES)
    throw invalid('clauses', `${MOST_CLAUSES} clauses are the most: more would not be read.`)
  return clauses.map(({ id, words }, at) => ({
    ...(id !== undefined && { id }),
    words: checkedLocalized(words, {
      field: `clauses/${at}/words`,
      what: 'The clause',
      longest: LONGEST_CLAUSE,
      locales,
    }),
  }))
}

async function liveClauses(tx: Tx, { id }: Before) {
  return await tx
    .select({ id: campaignClauses.id, words: campaignClauses.words })
    .from(campaignClauses)
    .where(and(eq(campaignClauses.campaignId, id), isNull(campaignClauses.retiredAt)))
}

async function retire(tx: Tx, { state }: Before, ids: number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  const isOne = inArray(campaignClauses.id, ids)
  if (state === 'draft') await tx.delete(campaignClauses).where(isOne)
  else await tx.update(campaignClauses).set({ retiredAt: now }).where(isOne)
}
