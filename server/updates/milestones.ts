import { and, eq, sql } from 'drizzle-orm'
import { writeDown } from '../audit/audit.ts'
import type { Campaign } from '../campaigns/campaign.ts'
import { transaction, type Tx } from '../db/db.ts'
import { campaignCampuses, milestones, milestoneWishes, NO_CAMPUS } from '../db/schema.ts'
import type { Deps } from '../deps.ts'
import type { CampaignMember } from '../organizers/actor.ts'
import type { MilestoneAbout } from './letters.ts'
import { placeColumns, placeOf, spreadNext } from './spreading.ts'

const STEPS = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000]

/**
 * Switches news of milestones on or off. What is reached by then counts as passed: nobody gets old news.
 */
export async function wishForMilestones(
  deps: Deps,
  by: CampaignMember,
  on: boolean,
): Promise<{ on: boolean }> {
  const { campaign, organizerId } = by
  const standings = await standingsOf(deps, campaign)
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    const { campaignId } = milestoneWishes
    const changed = on
      ? await tx
          .insert(milestoneWishes)
          .values({ campaignId: campaign.id, since: at, wishedBy: organizerId })
          .onConflictDoNothing()
          .returning({ campaignId })
      : await tx.delete(milestoneWishes).where(eq(campaignId, campaign.id)).returning({ campaignId })
    if (changed.length === 0) return
    if (on) await passAll(tx, campaign, standings, at)
    await writeDown(tx, {
      at,
      by,
      action: 'milestones.change',
      organizationId: campaign.organizationId,
      campaignId: campaign.id,
      details: { on },
    })
  })
  return { on }
}

/** By the clock: finds what was reached, and writes to those whose milestone it is. */
export async function lookForMilestones(deps: Deps): Promise<void> {
  const wishes = await deps.db.select().from(milestoneWishes).orderBy(milestoneWishes.campaignId)
  for (const { campaignId } of wishes) {
    const campaign = await deps.campaigns.byId(campaignId)
    if (campaign) await lookIn(deps, campaign)
  }
  const sending = await deps.db.select().from(milestones).where(eq(milestones.state, 'sending'))
  for (const row of sending) await spreadMilestone(deps, row)
}

/** A campus, or with `NO_CAMPUS` the whole campaign, as everybody may see it. */
interface Standing {
  campusId: number
  confirmed: number
  /** Numbers of which nobody who counts would learn anything new. */
  steps: number[]
  goal: number | undefined
}

/** From what is published, so that no letter tells a number that the pages do not. */
async function standingsOf(deps: Deps, { id, goal, smallestShown }: Campaign): Promise<Standing[]> {
  const { leaderboard } = await deps.leaderboards.of(id)
  const goals = await deps.db
    .select({ campusId: campaignCampuses.campusId, goal: campaignCampuses.goal })
    .from(campaignCampuses)
    .where(eq(campaignCampuses.campaignId, id))
  const shown = new Map(
    leaderboard.campuses.map(({ campus, confirmed }) => [deps.campuses.byDomain(campus)?.id ?? 0, confirmed]),
  )
  const goalOf = new Map(goals.map((one) => [one.campusId, one.goal]))
  const campuses = [...new Set([...shown.keys(), ...goalOf.keys()])].filter((campus) => campus !== NO_CAMPUS)
  const standing = (campusId: number, confirmed: number, wanted: number | null | undefined): Standing => ({
    campusId,
    confirmed,
    steps: STEPS.filter((step) => campusId !== NO_CAMPUS && step >= smallestShown && step <= confirmed),
    goal: wanted && wanted >= smallestShown ? wanted : undefined,
  })
  return [
    standing(NO_CAMPUS, leaderboard.confirmed, goal),
    ...campuses.map((campusId) => standing(campusId, shown.get(campusId) ?? 0, goalOf.get(campusId))),
  ].sort((a, b) => a.campusId - b.campusId)
}

async function lookIn(deps: Deps, campaign: Campaign): Promise<void> {
  const standings = await standingsOf(deps, campaign)
  const at = deps.now()
  await transaction(deps.db, async (tx) => {
    const wished = await tx
      .select()
      .from(milestoneWishes)
      .where(eq(milestoneWishes.campaignId, campaign.id))
      .for('update', { skipLocked: true })
    if (wished.length === 0) return
    await writeReached(tx, campaign, standings, at)
    const goals = standings.filter(({ goal = Infinity, confirmed }) => goal <= confirmed)
    const told = await tell(
      tx,
      campaign,
      at,
      goals.map(({ campusId, goal = 0 }) => ({ campusId, step: goal })),
    )
    // Of several that a campus reached since the last look, one is news: its goal, or the highest.
    const tops = standings
      .filter(({ campusId, steps }) => steps.length > 0 && !told.has(campusId))
      .map(({ campusId, steps }) => ({ campusId, step: Math.max(...steps) }))
    await tell(tx, campaign, at, tops)
    await pass(tx, campaign, at)
  })
}

/** Whoever writes a row first has it; a number that is reached a second time is known already. */
async function writeReached(tx: Tx, { id }: Campaign, standings: Standing[], at: Date): Promise<void> {
  const goals = standings.flatMap(({ campusId, goal, confirmed }) =>
    goal
      ? [
          {
            campus: campusId,
            step: goal,
            what: goalName(campusId),
            state: goal <= confirmed ? 'passed' : 'awaited',
          },
        ]
      : [],
  )
  const steps = standings.flatMap(({ campusId, steps }) =>
    steps.map((step) => ({ campus: campusId, step, what: 'step', state: 'reached' })),
  )
  const asked = [...goals, ...steps].sort((a, b) => a.campus - b.campus || a.step - b.step)
  await tx.execute(sql`
    insert into milestones (campaign_id, campus_id, step, what, state, reached_at)
    select ${id}, campus, step, what, state, case when state <> 'awaited' then ${at.toISOString()}::timestamptz end
    from json_to_recordset(${JSON.stringify(asked)}::json) as asked (campus int, step int, what text, state text)
    on conflict do nothing`)
}

function goalName(campusId: number): 'campus-goal' | 'campaign-goal' {
  return campusId === NO_CAMPUS ? 'campaign-goal' : 'campus-goal'
}

/** Of these, what was reached only now. @returns the campuses that have news */
async function tell(
  tx: Tx,
  { id }: Campaign,
  at: Date,
  reached: { campusId: number; step: number }[],
): Promise<Set<number>> {
  const { rows } = await tx.execute<{ campus_id: number }>(sql`
    update milestones set state = 'sending', reached_at = ${at.toISOString()}::timestamptz
    where campaign_id = ${id} and state in ('awaited', 'reached') and (campus_id, step) in (
      select "campusId", step from json_to_recordset(${JSON.stringify(reached)}::json)
        as reached ("campusId" int, step int))
    returning campus_id`)
  return new Set(rows.map(({ campus_id }) => campus_id))
}

/** What is reached and not told is never told. */
async function pass(tx: Tx, { id }: Campaign, at: Date, states = ['reached']): Promise<void> {
  await tx.execute(sql`
    update milestones set state = 'passed', reached_at = coalesce(reached_at, ${at.toISOString()}::timestamptz)
    where campaign_id = ${id} and state in ${states}`)
}

async function passAll(tx: Tx, campaign: Campaign, standings: Standing[], at: Date): Promise<void> {
  await writeReached(tx, campaign, standings, at)
  await pass(tx, campaign, at, ['reached', 'sending'])
  const over = standings.flatMap(({ campusId, goal = Infinity, confirmed }) =>
    goal <= confirmed ? [campusId] : [],
  )
  if (over.length === 0) return
  await tx.execute(sql`
    update milestones set state = 'passed' where campaign_id = ${campaign.id} and state = 'awaited'
      and campus_id in ${over}`)
}

/** Letters of a milestone, some in each transaction, with the place up to which they are written. */
async function spreadMilestone(
  deps: Deps,
  { campaignId, campusId, step, what }: typeof milestones.$inferSelect,
): Promise<void> {
  const isThis = and(
    eq(milestones.campaignId, campaignId),
    eq(milestones.campusId, campusId),
    eq(milestones.step, step),
  )
  const about: MilestoneAbout = { what, reached: step }
  const audience = { campaignId, campuses: what === 'campaign-goal' ? null : [campusId] }
  const some = async (tx: Tx): Promise<boolean> => {
    const [row] = await tx
      .select()
      .from(milestones)
      .where(and(isThis, eq(milestones.state, 'sending'), isWished))
      .for('update', { skipLocked: true })
    if (!row) return false
    const letter = { template: 'milestone', askedAt: deps.now(), about: { ...about } } as const
    const { written, end } = await spreadNext(tx, audience, placeOf(row), letter)
    await tx
      .update(milestones)
      .set({
        written: sql`${milestones.written} + ${written}`,
        ...placeColumns(end),
        ...(!end && { state: 'sent' }),
      })
      .where(isThis)
    return end !== undefined
  }
  while (await transaction(deps.db, some));
}

const isWished = sql`exists (
  select from ${milestoneWishes} where ${milestoneWishes.campaignId} = ${milestones.campaignId})`
